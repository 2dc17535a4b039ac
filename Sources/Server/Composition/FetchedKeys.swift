public import Configuration
internal import Dispatch
internal import HTTPClient
internal import OpenID
internal import RuntimeConfiguration
internal import SignInFlow
internal import Snapshots
internal import Threads
public import Tokens

/// The providers of a configuration with their current keys, for commands that verify tokens.
public struct FetchedKeys: Sendable {
    public let providers: [TrustedProvider]
    /// The reasons why keys are missing, one line each.
    public let faults: [String]

    /// Fetches the keys of the providers whose keys are not in the file, and waits: not for a reactor's thread.
    ///
    /// - Parameter environment: the process's environment, which may name a proxy.
    public init(_ settings: Settings, environment: [String: String]) {
        guard settings.providers.contains(where: { $0.keys == nil }),
            let client = try? HTTPClient(proxies: ProxySettings(environment: environment))
        else {
            providers = settings.providers.map { $0.trusted() }
            faults = []
            return
        }
        let told = Published<[String]>([])
        let outbound = Outbound(
            http: client,
            report: { event in
                guard case .keysFailed(let detail, _) = event.kind else { return }
                told.update { $0.append("\(event.provider): \(detail)") }
            })
        guard let configuration = try? RuntimeConfiguration(settings, by: outbound) else {
            client.close()
            providers = []
            faults = ["the authorities of an application cannot be read"]
            return
        }
        let done = DispatchSemaphore(value: 0)
        Task.inBackground {
            await withTaskGroup(of: Void.self) { group in
                for provider in settings.providers where provider.keys == nil {
                    guard let remote = configuration.signIn.remotes[provider.id] else { continue }
                    group.addTask { await remote.refreshIfNeeded() }
                }
            }
            done.signal()
        }
        done.wait()
        client.close()
        providers = configuration.providersWithKeys
        faults = told.read().value
    }
}
