internal import Assertions
internal import Configuration
internal import HTTPMessage
internal import Identities
internal import RuntimeConfiguration
internal import Sockets
internal import Text
internal import Upstreams

extension UpstreamTable {
    /// Makes the applications of checked settings.
    ///
    /// - Throws: `TLSError` if the authorities of an application cannot be read.
    init(_ settings: Settings) throws(TLSError) {
        var upstreams: [Upstream] = []
        for own in settings.upstreams {
            upstreams.append(
                Upstream(
                    rules: own.rules, host: own.host, origin: own.origin,
                    user: own.user == .subject ? .subject : .identityID,
                    passesAuthorization: own.passAuthorization, target: try own.target))
        }
        self.init(upstreams, own: AbsoluteURL(settings.publicURL.origin)?.host ?? "")
    }
}

extension UpstreamSettings {
    /// Where requests are passed on to; nil if another proxy does that.
    fileprivate var target: UpstreamTarget? {
        get throws(TLSError) {
            guard !addresses.isEmpty else { return nil }
            var options = UpstreamTarget.Options()
            options.authoritiesFile = caFile
            (options.timeout, options.bodyLimit, options.upgradeIdle) = (timeout, bodyLimit, upgradeIdle)
            (options.preservesHost, options.passesAuthorization) = (preserveHost, passAuthorization)
            options.requestFields = Fields(
                requestHeaders.compactMap { name, value in FieldName(name).map { ($0, value) } })
            let places = addresses.map { address -> UpstreamTarget.Address in
                switch address {
                case .http(let host, let port): .http(host: host, port: port)
                case .https(let host, let port): .https(host: host, port: port)
                case .unix(let path): .unix(path: path)
                }
            }
            return try UpstreamTarget(id: id.text, addresses: places, options: options)
        }
    }
}
