public import ClaimMapping
internal import Cryptography
internal import JSON
public import Text

/// An organization's rules at one moment, and the tag of that moment. Making one costs time proportional to the rules.
public struct MappingTable: Sendable {
    /// The file's rules, which managers cannot change.
    public let file: [Mapping]
    /// The managers' rules, in rank order.
    public let stored: [Mapping]
    /// All rules, with their ranks from 1.
    public let all: [Mapping]
    private let places: [ExactText: Int]

    public init(file: [Mapping], stored: [Mapping]) {
        self.file = file
        self.stored = stored
        let all = (file + stored).enumerated().map { index, row in row.ranked(index + 1) }
        self.all = all
        places = Dictionary(all.indices.map { (ExactText(all[$0].id), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tag of this state of all rules: order decides, so a change of one rule is a change of all.
    public var tag: String {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginArray()
        for row in all { for text in row.parts { writer.string(text) } }
        writer.endArray()
        // Without a digest no tag is current, and no change is made.
        return (try? Digest.sha256(writer.bytes)).map { Base64URL.encode(Array($0.prefix(12))) } ?? ""
    }

    /// The ranks from 1, by the rules' ids.
    public var ranks: [ExactText: Int] { places.mapValues { $0 + 1 } }

    /// Returns the rule with an id, or nil if there is none.
    public func row(_ id: String) -> Mapping? { places[ExactText(id)].map { all[$0] } }

    /// Returns true if the rule with this id is the configuration file's.
    public func isOfFile(_ id: String) -> Bool { places[ExactText(id)].map { $0 < file.count } ?? false }

    /// Returns the index among the managers' rules for a rank, or nil for ranks of the file's rules.
    public func place(ofRank rank: Int) -> Int? { rank > file.count ? rank - file.count - 1 : nil }
}
