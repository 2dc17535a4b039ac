internal import Cryptography
public import Identities
internal import JSON

/// An organization's claim mappings: the rules of the configuration file, then those that managers added.
public struct OrganizationRules: Sendable {
    public let id: OrganizationID
    /// The providers whose tokens can earn a role in this organization, in the order of the file.
    public let providers: [ProviderID]
    public let strategy: ClaimStrategy
    /// The rules in blocks, in the order of evaluation.
    let blocks: [PreparedRules]

    public init(id: OrganizationID, providers: [ProviderID], strategy: ClaimStrategy, mappings: [Mapping]) {
        self.init(id: id, providers: providers, strategy: strategy, blocks: [PreparedRules(mappings)])
    }

    private init(id: OrganizationID, providers: [ProviderID], strategy: ClaimStrategy, blocks: [PreparedRules]) {
        self.id = id
        self.providers = providers
        self.strategy = strategy
        self.blocks = blocks
    }

    /// Returns these rules with more rules ranked after them.
    public func adding(_ rows: PreparedRules) -> OrganizationRules {
        guard !rows.mappings.isEmpty else { return self }
        return OrganizationRules(id: id, providers: providers, strategy: strategy, blocks: blocks + [rows])
    }

    /// All rules, ranked from 1.
    public var mappings: [Mapping] {
        guard blocks.count > 1 else { return blocks.first?.mappings ?? [] }
        return blocks.flatMap(\.mappings).enumerated().map { index, mapping in mapping.ranked(index + 1) }
    }

    /// Returns a tag of the current rules. Equal rules have equal tags. Returns nil if no digest can be computed.
    ///
    /// - Parameter context: further values that the outcome depends on.
    public func tag(with context: [String] = []) -> RulesTag? {
        guard blocks.allSatisfy({ !$0.digest.isEmpty }) else { return nil }
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginArray()
        for text in [id.text, strategy.rawValue] { writer.string(text) }
        for texts in [providers.map(\.text), blocks.map { Base64URL.encode($0.digest) }, context] {
            writer.beginArray()
            for text in texts { writer.string(text) }
            writer.endArray()
        }
        writer.endArray()
        return (try? Digest.sha256(writer.bytes)).map { RulesTag(Base64URL.encode(Array($0.prefix(16)))) }
    }
}

/// A tag that identifies an organization's rules: 128 bits of a digest in base64url.
public struct RulesTag: Sendable, Hashable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}
