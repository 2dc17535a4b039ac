public import Identities

/// The trusted providers of one configuration, indexed once. Immutable, so that the verifiers of all reactors share one
/// index, and taking up a configuration costs a reactor one reference.
public final class TrustedProviders: Sendable {
    /// The providers, in the order of the file.
    public let providers: [TrustedProvider]
    private let byID: [ProviderID: Int]
    private let byIssuer: [Issuer: [Int]]
    /// The first issuers in their order, for the log.
    let shownIssuers: String

    /// - Parameter providers: the providers with the keys of the file.
    public init(_ providers: [TrustedProvider]) {
        var byIssuer: [Issuer: [Int]] = [:]
        for (index, provider) in providers.enumerated() {
            for issuer in Set([provider.issuer] + provider.accessTokenIssuers) {
                byIssuer[issuer, default: []].append(index)
            }
        }
        self.providers = providers
        self.byIssuer = byIssuer
        byID = Dictionary(
            providers.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        shownIssuers = byIssuer.keys.sorted().map(\.text).shown
    }

    /// Returns the provider with an id, or nil if there is none.
    public subscript(id: ProviderID) -> TrustedProvider? { byID[id].map { providers[$0] } }

    /// Returns the place of a provider among ``providers``, or nil if there is none.
    func place(of id: ProviderID) -> Int? { byID[id] }

    /// Returns the places of the providers whose bearer tokens may have an issuer, in the order of the file.
    func issuing(as issuer: Issuer) -> [Int] { byIssuer[issuer] ?? [] }
}
