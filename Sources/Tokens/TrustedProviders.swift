public import Identities
internal import JSON

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
        byIssuer.reserveCapacity(providers.count)
        for (index, provider) in providers.enumerated() {
            byIssuer[provider.issuer, default: []].append(index)
            guard !provider.accessTokenIssuers.isEmpty else { continue }
            for issuer in Set(provider.accessTokenIssuers) where issuer != provider.issuer {
                byIssuer[issuer, default: []].append(index)
            }
        }
        self.providers = providers
        self.byIssuer = byIssuer
        byID = Dictionary(
            providers.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        shownIssuers = TrustedProviders.first(byIssuer.keys).shown(of: byIssuer.count)
    }

    /// Returns the first issuers that the log shows, in their order. Sorting all of them would take most of the time of
    /// taking up a configuration.
    private static func first(_ issuers: Dictionary<Issuer, [Int]>.Keys) -> [String] {
        var first: [Issuer] = []
        for issuer in issuers {
            if first.count == JSONValue.mostShown, let last = first.last, last < issuer { continue }
            first.insert(issuer, at: first.firstIndex { issuer < $0 } ?? first.count)
            if first.count > JSONValue.mostShown { first.removeLast() }
        }
        return first.map(\.text)
    }

    /// Returns the provider with an id, or nil if there is none.
    public subscript(id: ProviderID) -> TrustedProvider? { byID[id].map { providers[$0] } }

    /// Returns the place of a provider among ``providers``, or nil if there is none.
    func place(of id: ProviderID) -> Int? { byID[id] }

    /// Returns the places of the providers whose bearer tokens may have an issuer, in the order of the file.
    func issuing(as issuer: Issuer) -> [Int] { byIssuer[issuer] ?? [] }
}
