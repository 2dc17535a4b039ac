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
    /// The method of client authentication; nil if the method lacks its secret or its key, which the configuration's
    /// checks refuse.
    var clientAuthentication: ClientAuthentication? {
        switch tokenEndpointAuth {
        case .clientSecretBasic: clientSecret.map { .basic($0) }
        case .clientSecretPost: clientSecret.map { .post($0) }
        case .privateKeyJWT: clientKey.map { .privateKey($0) }
        case .publicClient: ClientAuthentication.none
        case nil: clientSecret.map { .discovered($0) } ?? ClientAuthentication.none
        }
    }
}
