internal import Configuration
internal import HTTPClient
internal import OpenID
internal import Sockets

extension ProviderAddress {
    /// Where the settings say that a provider is asked.
    init(_ settings: ProviderSettings) {
        let named = settings.endpoints
        var endpoints = ProviderEndpoints()
        (endpoints.authorization, endpoints.token, endpoints.userinfo) = (
            named.authorization, named.token, named.userinfo
        )
        (endpoints.keys, endpoints.endSession) = (named.jwks, named.endSession)
        // What the configuration itself names may be private.
        let urls = [
            AbsoluteURL(settings.issuer), settings.discoveryURL, named.authorization, named.token, named.userinfo,
            named.jwks, named.endSession,
        ]
        var (hosts, ranges) = (urls.compactMap { $0?.host }, [AddressRange]())
        for place in settings.reachable {
            switch place {
            case .range(let range): ranges.append(range)
            case .host(let host): hosts.append(host)
            }
        }
        self.init(
            issuer: settings.issuer, discovery: settings.discoveryURL, endpoints: endpoints,
            signsIn: settings.clientID != nil, hasFixedKeys: settings.keys != nil,
            policy: OutboundPolicy(
                hosts: hosts, ranges: ranges, allowsLoopbackHTTP: settings.insecureAllowHTTP,
                authoritiesFile: settings.caFile))
    }
}

extension ProviderSettings {
    /// How the client proves itself. Configuration has checked that what each method needs is there.
    var clientAuthentication: ClientAuthentication {
        switch (tokenEndpointAuth, clientSecret, clientKey) {
        case (.privateKeyJWT, _, let key?): .privateKey(key)
        case (.clientSecretBasic, let secret?, _): .basic(secret)
        case (.clientSecretPost, let secret?, _): .post(secret)
        case (nil, let secret?, _): .discovered(secret)
        default: .none
        }
    }
}
