internal import Configuration
internal import Identities
internal import SignInFlow
internal import Telemetry

/// What the log says about the settings that come into force. Lists are shortened: at ten thousand providers, a reload
/// would displace everything else from the log.
struct SettingsReport {
    /// The most lines of one list.
    static let mostListed = 20

    private let settings: Settings
    private let log: Log

    init(_ settings: Settings, _ log: Log) {
        self.settings = settings
        self.log = log
    }

    /// Logs warnings about the settings, and the redirect URIs to register at the providers.
    func write() {
        for warning in settings.warnings.prefix(SettingsReport.mostListed) {
            log.write(.warning, "the configuration has a warning", fields: [("warning", warning.description)])
        }
        writeRest(
            of: settings.warnings.count, .warning,
            "the configuration has further warnings; gatehouse check prints all of them")
        for uri in settings.redirectURIs(atMost: SettingsReport.mostListed) {
            log.write(
                .info, "register this redirect URI at the provider",
                fields: [("provider", uri.provider.text), ("redirect_uri", uri.text)])
        }
        writeRest(
            of: settings.providers.count { $0.clientID != nil }, .info,
            "further providers have redirect URIs to register; gatehouse check prints all of them")
    }

    /// Logs the providers that are trusted over plain HTTP.
    func writePlainHTTP() {
        let providers = settings.providers.filter(\.insecureAllowHTTP)
        for provider in providers.prefix(SettingsReport.mostListed) {
            log.write(.warning, "a provider is trusted over plain HTTP", fields: [("provider", provider.id.text)])
        }
        writeRest(of: providers.count, .warning, "further providers are trusted over plain HTTP")
    }

    private func writeRest(of count: Int, _ level: LogLevel, _ message: String) {
        guard count > SettingsReport.mostListed else { return }
        log.write(level, message, fields: [("count", "\(count - SettingsReport.mostListed)")])
    }
}
