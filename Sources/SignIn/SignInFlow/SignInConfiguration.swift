package import Audit
package import Cryptography
package import Identities
package import OpenID
package import Sessions
package import Text
internal import Tokens

/// The sign-in settings of one reading of the configuration.
package struct SignInConfiguration: Sendable {
    /// The providers that are reached over the network: those without keys in the file, and those at which users sign
    /// in.
    package let remotes: [ProviderID: RemoteProvider]
    /// The providers at which users sign in, in the order of the file.
    package let parties: [RelyingParty]
    /// The sign-in providers that the general sign-in page may name.
    package let listed: Set<ProviderID>
    /// The names of all providers that users see.
    package let names: [ProviderID: String]
    /// The issuers of the sign-in providers.
    package let issuers: [ProviderID: Issuer]
    /// The box that seals sessions; nil without a secret key, which sign-ins require.
    package let box: SealedBox?
    /// The keys that sign checkpoints of the audit log; nil without a secret key.
    package let checkpointKeys: CheckpointKeys?
    package let lifetimes: SessionLifetimes
    /// The providers by domain in lower case, in the order of the file.
    package let emailDomains: [ExactText: [ProviderID]]
    /// The parties that the general sign-in page names, in the order of the file.
    package let offered: [RelyingParty]
    /// The places of the parties in ``parties``.
    private let placesByID: [ProviderID: Int]
    private let placesByIssuer: [Issuer: [Int]]

    package init(
        remotes: [ProviderID: RemoteProvider], parties: [RelyingParty], listed: Set<ProviderID>,
        names: [ProviderID: String], issuers: [ProviderID: Issuer], box: SealedBox?, checkpointKeys: CheckpointKeys?,
        lifetimes: SessionLifetimes, emailDomains: [ExactText: [ProviderID]]
    ) {
        self.remotes = remotes
        self.parties = parties
        self.listed = listed
        self.names = names
        self.issuers = issuers
        self.box = box
        self.checkpointKeys = checkpointKeys
        self.lifetimes = lifetimes
        self.emailDomains = emailDomains
        offered = parties.filter { listed.contains($0.id) }
        placesByID = Dictionary(
            parties.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        placesByIssuer = Dictionary(grouping: parties.indices, by: { parties[$0].client.provider.issuer })
    }

    package static let none = SignInConfiguration(
        remotes: [:], parties: [], listed: [], names: [:], issuers: [:], box: nil, checkpointKeys: nil,
        lifetimes: SessionLifetimes(
            idle: .seconds(8 * 3600), absolute: .seconds(24 * 3600), revalidate: .seconds(900), claims: .seconds(3600)),
        emailDomains: [:])

    package func party(_ id: ProviderID) -> RelyingParty? { placesByID[id].map { parties[$0] } }

    /// The providers with this issuer at which users sign in.
    package func parties(ofIssuer issuer: Issuer) -> [RelyingParty] {
        (placesByIssuer[issuer] ?? []).map { parties[$0] }
    }
}
