public import ClaimMapping
public import Identities
public import Tokens

/// The rules of one configuration that decide access: the organizations' claim mapping, and the providers with the
/// trust in their email addresses. Immutable; a copy costs one reference.
public struct AccessRules: Sendable {
    /// A trusted provider, as far as access depends on it.
    public struct Provider: Sendable {
        public let id: ProviderID
        public let issuer: Issuer
        public let emailTrust: EmailTrust
        /// Whether users can sign in through the provider; otherwise it serves bearer tokens only.
        public let isSignInPossible: Bool
        /// The name of the claim whose strings are the groups of its users for upstreams.
        public let groupsClaim: String

        public init(
            id: ProviderID, issuer: Issuer, emailTrust: EmailTrust, isSignInPossible: Bool,
            groupsClaim: String = "groups"
        ) {
            self.groupsClaim = groupsClaim
            self.id = id
            self.issuer = issuer
            self.emailTrust = emailTrust
            self.isSignInPossible = isSignInPossible
        }
    }

    private final class Content: Sendable {
        let organizations: [OrganizationRules]
        let byID: [OrganizationID: OrganizationRules]
        let providers: [ProviderID: Provider]
        /// The organizations that list a provider, in the order of the file.
        let accepting: [ProviderID: [OrganizationRules]]
        /// The claims that the file's rules need of a provider's users.
        let needed: [ProviderID: NeededClaims]
        let sealingKeys: [String]

        let upstreams: [UpstreamRules]

        init(
            _ organizations: [OrganizationRules], _ providers: [Provider], _ sealingKeys: [String],
            _ upstreams: [UpstreamRules]
        ) {
            self.upstreams = upstreams
            self.organizations = organizations
            self.sealingKeys = sealingKeys
            byID = Dictionary(organizations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            self.providers = Dictionary(providers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            var accepting: [ProviderID: [OrganizationRules]] = [:]
            var needed: [ProviderID: NeededClaims] = [:]
            for organization in organizations {
                for provider in Set(organization.providers) where self.providers[provider] != nil {
                    accepting[provider, default: []].append(organization)
                    needed[provider, default: .always].insert(claimsOf: organization.mappings)
                }
            }
            for upstream in upstreams {
                for provider in Set(byID[upstream.organization]?.providers ?? []) {
                    guard let own = self.providers[provider] else { continue }
                    needed[provider, default: .always].insert(own.groupsClaim)
                    for condition in upstream.claimConditions {
                        needed[provider, default: .always].insert(claimOf: condition)
                    }
                }
            }
            self.accepting = accepting
            self.needed = needed
        }
    }

    private let content: Content

    /// - Parameters:
    ///   - organizations: the rules of the configuration file, in its order.
    ///   - sealingKeys: the ids of the keys that open sealed claims.
    ///   - upstreams: the access rules of the upstreams, in the order of the file.
    public init(
        organizations: [OrganizationRules], providers: [Provider], sealingKeys: [String],
        upstreams: [UpstreamRules] = []
    ) {
        content = Content(organizations, providers, sealingKeys, upstreams)
    }

    /// The access rules of the upstreams, in the order of the file.
    public var upstreams: [UpstreamRules] { content.upstreams }

    /// Returns true if an organization has upstreams.
    public func hasUpstreams(_ organization: OrganizationID) -> Bool {
        content.upstreams.contains { $0.organization == organization }
    }

    /// Returns the upstreams of an organization, in the order of the file.
    public func upstreams(of organization: OrganizationID) -> [UpstreamRules] {
        content.upstreams.filter { $0.organization == organization }
    }

    /// The ids of the organizations, in the order of the file.
    public var organizations: [OrganizationID] { content.organizations.map(\.id) }

    /// Returns true if both values come from one reading of the configuration.
    public func isSameReading(as other: AccessRules) -> Bool { content === other.content }

    /// Returns true if an organization is configured.
    public func hasOrganization(_ organization: OrganizationID) -> Bool { fileRules(of: organization) != nil }

    /// Returns an organization's rules in the configuration file, or nil if it is not configured.
    public func fileRules(of organization: OrganizationID) -> OrganizationRules? { content.byID[organization] }

    /// Returns an organization's rules, those of the file before the stored ones, or nil if it is not configured.
    public func rules(of organization: OrganizationID, with stored: PreparedRules) -> OrganizationRules? {
        content.byID[organization]?.adding(stored)
    }

    /// Returns the file's rules of the organizations that list a provider, in the order of the file.
    public func organizations(accepting provider: ProviderID) -> [OrganizationRules] {
        content.accepting[provider] ?? []
    }

    /// Returns the claims of a provider's users that the file's rules address, and the email address.
    func neededClaims(of provider: ProviderID) -> NeededClaims { content.needed[provider] ?? .always }

    /// Returns true if an organization lists a provider, so that its claims and identities can have a role there.
    public func lists(_ provider: ProviderID, in organization: OrganizationID) -> Bool {
        content.byID[organization]?.providers.contains(provider) ?? false
    }

    /// Returns true if an organization lists a provider that is configured.
    func accepts(_ provider: ProviderID, in organization: OrganizationID) -> Bool {
        content.providers[provider] != nil && lists(provider, in: organization)
    }

    /// Returns true if an organization lists a provider of this issuer.
    public func lists(issuer: Issuer, in organization: OrganizationID) -> Bool {
        guard let rules = content.byID[organization] else { return false }
        return rules.providers.contains { content.providers[$0]?.issuer == issuer }
    }

    /// Returns the issuers of the providers that an organization lists, each once.
    public func issuers(of organization: OrganizationID) -> [Issuer] {
        let providers = content.byID[organization]?.providers ?? []
        return Array(Set(providers.compactMap { content.providers[$0]?.issuer }))
            .sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    /// Returns true if users can sign in through a provider.
    public func isSignInPossible(through provider: ProviderID) -> Bool {
        content.providers[provider]?.isSignInPossible ?? false
    }

    /// Returns the trust in a provider's email addresses; only `email_verified` counts for an unknown provider.
    public func emailTrust(of provider: ProviderID) -> EmailTrust {
        content.providers[provider]?.emailTrust ?? EmailTrust()
    }

    /// Returns the verified address of claims, or nil if there is none.
    public func verifiedEmail(of claims: VerifiedClaims) -> EmailAddress? {
        emailTrust(of: claims.provider).verifiedEmail(of: claims.known)
    }

    /// Returns the tag of an organization's rules with these stored rules. It covers the rules, the trust in addresses,
    /// and the keys that open sealed claims. Returns nil if the organization is not configured.
    public func tag(of organization: OrganizationID, with stored: PreparedRules) -> RulesTag? {
        rules(of: organization, with: stored).flatMap(tag)
    }

    private func tag(of rules: OrganizationRules) -> RulesTag? {
        var context = content.sealingKeys
        for provider in rules.providers { context += [provider.text] + emailTrust(of: provider).domains }
        return rules.tag(with: context)
    }
}

extension NeededClaims {
    /// The email address: suspensions and acceptances need it under any rules.
    fileprivate static let always = NeededClaims(["email"])
}

extension AccessRules {
    /// Returns the access that claims earn under an organization's rules, without grants and suspensions. Returns nil
    /// if the rules have no tag.
    public func earnedAccess(of claims: VerifiedClaims, under rules: OrganizationRules) -> EarnedAccess? {
        let trust = emailTrust(of: claims.provider)
        let earned = rules.evaluate(claims.known, from: claims.provider, emailTrust: trust)
        return tag(of: rules).map {
            EarnedAccess(
                rules: $0, role: earned.role, mapping: earned.mapping,
                verifiedEmail: trust.verifiedEmail(of: claims.known),
                isEmailUnknown: trust.isVerifiedEmailUnknown(of: claims.known))
        }
    }

    /// Returns the access of a user whose claims cannot be opened: no role. Returns nil if the organization is not
    /// configured.
    ///
    /// - Parameter verifiedEmail: the address that was verified at the sign-in.
    public func accessWithoutClaims(
        _ verifiedEmail: EmailAddress?, in organization: OrganizationID, with stored: PreparedRules
    ) -> EarnedAccess? {
        tag(of: organization, with: stored).map {
            EarnedAccess(rules: $0, role: nil, mapping: nil, verifiedEmail: verifiedEmail)
        }
    }

    /// Returns a user's access under an organization's rules.
    ///
    /// - Parameter snapshot: the grants and suspensions in force.
    public func entitlement(
        of claims: VerifiedClaims, under rules: OrganizationRules, with snapshot: AccessSnapshot
    ) -> Entitlement {
        let trust = emailTrust(of: claims.provider)
        return Entitlement(
            of: claims, in: rules, emailTrust: trust, grants: snapshot.roles(of: claims.identity, in: rules.id),
            isSuspended: snapshot.isSuspended(
                claims.identity, verifiedEmail: trust.verifiedEmail(of: claims.known), in: rules.id),
            isSuspensionUnknown: snapshot.suspendsAddresses(in: rules.id)
                && trust.isVerifiedEmailUnknown(of: claims.known))
    }
}
