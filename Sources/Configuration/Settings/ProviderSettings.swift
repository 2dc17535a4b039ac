public import ClaimMapping
public import Cryptography
internal import HTTPClient
public import HTTPMessage
public import Identities
package import SettingDeclarations
public import Text
internal import Time
public import Tokens

/// An OpenID Connect provider that the gateway trusts.
public struct ProviderSettings: Sendable {
    public let id: ProviderID
    /// The name that users see.
    public let name: String
    /// True if the general sign-in page lists the provider. If nil, the number of providers decides
    /// (``Settings/listedProviders``).
    public let listed: Bool?
    public let issuer: Issuer
    /// The client id; nil if the provider serves bearer tokens only.
    public let clientID: String?
    public let clientSecret: Secret?
    /// The method of client authentication. If nil, a discovered method is used with a secret, and none without one.
    public let tokenEndpointAuth: TokenEndpointAuth?
    /// The key of `private_key_jwt`.
    public let clientKey: SigningKey?
    public let scopes: [String]
    public let authorizationParameters: [ExactText: String]
    public let logoutParameters: [ExactText: String]
    /// The maximum age of the user's authentication at the provider.
    public let maxAge: Duration?
    public let acrValues: [String]
    public let audiences: [String]
    public let audienceClaims: [String]
    public let accessTokenIssuers: [Issuer]
    public let authorizedParties: [String]
    public let algorithms: [SignatureAlgorithm]
    /// Fixed keys; nil if they are discovered.
    public let keys: KeySet?
    /// The URL of the discovery document; nil if it is below the issuer.
    public let discoveryURL: AbsoluteURL?
    public let endpoints: EndpointSettings
    public let reachable: [Reachable]
    public let subjectClaim: String
    /// The claim whose strings are the user's groups for upstreams: the name of a top-level claim, or a JSON Pointer.
    public let groupsClaim: String
    public let trustEmail: Bool
    /// Domains in lower case.
    public let emailDomains: [String]
    public let clockSkew: Duration
    public let maxTokenAge: Duration
    /// A PEM file of certificate authorities for the provider's certificate; nil for the system's.
    public let caFile: String?
    public let insecureAllowHTTP: Bool

    /// The domains whose email addresses count as verified if no `email_verified` is sent.
    public var emailTrust: EmailTrust { EmailTrust(domains: trustEmail ? emailDomains : []) }

    /// Returns the conditions on the provider's bearer tokens. If the file has no keys, the discovered keys are used.
    public func trusted(keys discovered: KeySet? = nil) -> TrustedProvider {
        var provider = TrustedProvider(id: id, issuer: issuer, keys: keys ?? discovered)
        provider.audiences = audiences
        provider.audienceClaims = audienceClaims
        provider.accessTokenIssuers = accessTokenIssuers
        provider.authorizedParties = authorizedParties
        // The list has no duplicates, and a trusted provider accepts every algorithm by default.
        if algorithms.count < SignatureAlgorithm.allCases.count { provider.algorithms = Set(algorithms) }
        provider.subjectClaim = subjectClaim
        provider.clockSkew = clockSkew
        provider.maximumAge = maxTokenAge
        return provider
    }
}

extension ProviderSettings: Section {
    package init?(_ members: SectionMembers) {
        typealias S = ProviderSettings
        S.check(members)
        guard let id = members[S.id], let issuer = members[S.issuer], let scopes = members[S.scopes],
            let parameters = members[S.authorizationParameters], let acrValues = members[S.acrValues],
            let audiences = members[S.audiences], let parties = members[S.authorizedParties],
            let algorithms = members[S.algorithms], let subjectClaim = members[S.subjectClaim],
            let groupsClaim = members[S.groupsClaim],
            let trustEmail = members[S.trustEmail], let emailDomains = members[S.emailDomains],
            let clockSkew = members[S.clockSkew], let maxTokenAge = members[S.maxTokenAge],
            let insecure = members[S.insecureAllowHTTP], let logoutParameters = members[S.logoutParameters],
            let audienceClaims = members[S.audienceClaims], let tokenIssuers = members[S.accessTokenIssuers],
            let endpoints = members[S.endpoints], let reachable = members[S.reachable]
        else { return nil }
        (self.id, self.issuer, self.scopes, authorizationParameters) = (id, Issuer(issuer), scopes, parameters)
        (name, listed) = (members[S.name] ?? id.text, members[S.listed])
        (clientID, clientSecret) = (members[S.clientID], members[S.clientSecret])
        (maxAge, self.acrValues, self.audiences) = (members[S.maxAge], acrValues, audiences)
        (authorizedParties, self.algorithms, keys) = (parties, algorithms, members[S.keys])
        (self.subjectClaim, self.trustEmail, self.emailDomains) = (subjectClaim, trustEmail, emailDomains)
        self.groupsClaim = groupsClaim
        (self.clockSkew, self.maxTokenAge, caFile) = (clockSkew, maxTokenAge, members[S.caFile]?.path)
        insecureAllowHTTP = insecure
        (tokenEndpointAuth, clientKey) = (members[S.tokenEndpointAuth], members[S.clientKey])
        (self.logoutParameters, self.audienceClaims, accessTokenIssuers) = (
            logoutParameters, audienceClaims, tokenIssuers.map { Issuer($0) }
        )
        (discoveryURL, self.endpoints, self.reachable) = (members[S.discoveryURL], endpoints, reachable)
    }

    /// Checks combinations of settings.
    private static func check(_ members: SectionMembers) {
        if members[trustEmail] == true, members[emailDomains]?.isEmpty ?? false {
            members.fault(emailDomains, "is required if trust_email is true: list the domains that are verified")
        }
        if let scopes = members[scopes], members.has(self.scopes), !scopes.contains(exactly: "openid") {
            members.fault(self.scopes, "must contain \"openid\"; without it there is no ID token")
        }
        if let mode = members[authorizationParameters]?["response_mode"], mode != "query", mode != "form_post" {
            members.fault(authorizationParameters, "response_mode must be \"query\" or \"form_post\"")
        }
        checkClient(members)
        checkIssuer(members)
        checkURLs(members)
    }

    private static func checkClient(_ members: SectionMembers) {
        if members.has(clientSecret), !members.has(clientID) {
            members.fault(clientID, "is required if client_secret is set")
        }
        let method = members[tokenEndpointAuth]
        if members.has(tokenEndpointAuth), !members.has(clientID) {
            members.fault(clientID, "is required if token_endpoint_auth is set")
        }
        switch method {
        case .clientSecretBasic, .clientSecretPost:
            if !members.has(clientSecret) {
                members.fault(clientSecret, "is required if token_endpoint_auth is \(method?.rawValue ?? "")")
            }
        case .privateKeyJWT:
            if !members.has(clientKey) {
                members.fault(clientKey, "is required if token_endpoint_auth is private_key_jwt")
            }
        case .publicClient, nil: break
        }
        // A method with a fault may have been intended as private_key_jwt.
        let isMethodRefused = members.has(tokenEndpointAuth) && method == nil
        if members.has(clientKey), !isMethodRefused, method != .privateKeyJWT {
            members.fault(clientKey, "requires \"token_endpoint_auth\": \"private_key_jwt\"")
        }
        if members.has(clientSecret), method == .privateKeyJWT || method == .publicClient {
            members.warn(clientSecret, "is not used if token_endpoint_auth is \(method?.rawValue ?? "")")
        }
    }

    private static func checkIssuer(_ members: SectionMembers) {
        guard let issuer = members[issuer] else { return }
        let url = AbsoluteURL(issuer)
        if let reason = IssuerRules.mistake(in: issuer, url) { return members.fault(self.issuer, reason) }
        // Without a discovery document, the issuer is only compared with tokens and never used as a URL.
        let isOnlyCompared = members.has(keys) && !members.has(clientID)
        guard !isOnlyCompared else { return }
        if let reason = IssuerRules.fault(of: issuer, url) { return members.fault(self.issuer, reason) }
        guard let url else { return }
        if let reason = plainFault(of: url, members) { members.fault(self.issuer, reason) }
    }

    private static func checkURLs(_ members: SectionMembers) {
        if let url = members[discoveryURL], let reason = plainFault(of: url, members) {
            members.fault(discoveryURL, reason)
        }
        if members.has(keys), members[endpoints]?.jwks != nil {
            members.warn(endpoints, "has a jwks that is not used, because keys is set")
        }
        for (name, url) in members[endpoints]?.all ?? [] {
            if let reason = plainFault(of: url, members) { members.fault(endpoints, member: name, reason) }
        }
    }

    /// Returns the fault of a URL that is not https, or nil if it is allowed.
    private static func plainFault(of url: AbsoluteURL, _ members: SectionMembers) -> String? {
        guard url.scheme == "http" else { return nil }
        if members[insecureAllowHTTP] != true {
            return "must be https (insecure_allow_http allows http on loopback, for tests)"
        }
        return url.isLoopback ? nil : "must be https: insecure_allow_http allows http on loopback only"
    }
}
