public import ClaimMapping
public import Cryptography
internal import HTTPClient
public import Text
internal import Time
public import Tokens

/// An OpenID Connect provider that the gateway trusts.
public struct ProviderSettings: Sendable {
    public let id: ProviderID
    /// Whether the general sign-in page offers it by name; `nil`: by the number of providers (``Settings/listedProviders``).
    public let listed: Bool?
    /// As written; compare by ``TrustedProvider/canonicalIssuer(_:)``.
    public let issuer: String
    /// Without one the provider serves bearer tokens only.
    public let clientID: String?
    public let clientSecret: Secret?
    public let scopes: [String]
    public let authorizationParameters: [ExactText: String]
    /// How long ago a sign-in may have been.
    public let maxAge: Duration?
    public let acrValues: [String]
    public let audiences: [String]
    public let authorizedParties: [String]
    public let algorithms: [SignatureAlgorithm]
    /// `nil` where discovery says where the keys are.
    public let keys: KeySet?
    public let subjectClaim: String
    public let trustEmail: Bool
    /// In lower case.
    public let emailDomains: [String]
    public let clockSkew: Duration
    public let maxTokenAge: Duration
    /// A PEM file of certificates that sign the provider's; `nil` for the system's.
    public let caFile: String?
    public let insecureAllowHTTP: Bool

    /// Whose e-mail addresses count without `email_verified`.
    public var emailTrust: EmailTrust { EmailTrust(domains: trustEmail ? emailDomains : []) }

    /// The conditions on the provider's bearer tokens; with other keys than the file's where discovery has them.
    public func trusted(keys discovered: KeySet? = nil) -> TrustedProvider {
        var provider = TrustedProvider(id: id, issuer: issuer, keys: keys ?? discovered)
        provider.audiences = audiences
        provider.authorizedParties = authorizedParties
        provider.algorithms = Set(algorithms)
        provider.subjectClaim = subjectClaim
        provider.clockSkew = clockSkew
        provider.maximumAge = maxTokenAge
        return provider
    }
}

extension ProviderSettings: Section {
    init?(_ members: SectionMembers) {
        typealias S = ProviderSettings
        S.check(members)
        guard let id = members[S.id], let issuer = members[S.issuer], let scopes = members[S.scopes],
            let parameters = members[S.authorizationParameters], let acrValues = members[S.acrValues],
            let audiences = members[S.audiences], let parties = members[S.authorizedParties],
            let algorithms = members[S.algorithms], let subjectClaim = members[S.subjectClaim],
            let trustEmail = members[S.trustEmail], let emailDomains = members[S.emailDomains],
            let clockSkew = members[S.clockSkew], let maxTokenAge = members[S.maxTokenAge],
            let insecure = members[S.insecureAllowHTTP]
        else { return nil }
        (self.id, self.issuer, self.scopes, authorizationParameters) = (id, issuer, scopes, parameters)
        listed = members[S.listed]
        (clientID, clientSecret) = (members[S.clientID], members[S.clientSecret])
        (maxAge, self.acrValues, self.audiences) = (members[S.maxAge], acrValues, audiences)
        (authorizedParties, self.algorithms, keys) = (parties, algorithms, members[S.keys])
        (self.subjectClaim, self.trustEmail, self.emailDomains) = (subjectClaim, trustEmail, emailDomains)
        (self.clockSkew, self.maxTokenAge, caFile) = (clockSkew, maxTokenAge, members[S.caFile]?.path)
        insecureAllowHTTP = insecure
    }

    /// What settings only together do wrong.
    private static func check(_ members: SectionMembers) {
        if members[trustEmail] == true, members[emailDomains]?.isEmpty ?? false {
            members.fault(emailDomains, "is required where trust_email is true: say whose addresses count as verified")
        }
        if let scopes = members[scopes], members.has(self.scopes), !scopes.contains(exactly: "openid") {
            members.fault(self.scopes, "must contain \"openid\"; without it there is no ID token")
        }
        if let mode = members[authorizationParameters]?["response_mode"], mode != "query", mode != "form_post" {
            members.fault(authorizationParameters, "response_mode must be \"query\" or \"form_post\"")
        }
        if members.has(clientSecret), !members.has(clientID) {
            members.fault(clientID, "is required where client_secret is given")
        }
        guard let issuer = members[issuer], let url = AbsoluteURL(issuer), url.scheme == "http" else { return }
        if members[insecureAllowHTTP] != true {
            members.fault(self.issuer, "must be https (insecure_allow_http allows http on loopback, for tests)")
        } else if !url.isLoopback {
            members.fault(self.issuer, "must be https: insecure_allow_http allows http on loopback only")
        }
    }
}
