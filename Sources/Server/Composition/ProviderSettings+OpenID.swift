internal import Addresses
internal import Configuration
internal import HTTPClient
internal import HTTPMessage
internal import Identities
internal import OpenID

extension ProviderAddress {
    /// The endpoints of a provider by its settings.
    init(_ settings: ProviderSettings) {
        let named = settings.endpoints
        var endpoints = ProviderEndpoints()
        (endpoints.authorization, endpoints.token, endpoints.userinfo) = (
            named.authorization, named.token, named.userinfo
        )
        (endpoints.keys, endpoints.endSession) = (named.jwks, named.endSession)
        // Hosts that the configuration names may have private addresses.
        let urls = [
            AbsoluteURL(settings.issuer.text), settings.discoveryURL, named.authorization, named.token, named.userinfo,
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
    /// The method of client authentication. The configuration's checks ensure that each method has what it needs.
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
