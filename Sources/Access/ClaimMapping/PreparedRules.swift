internal import Cryptography
internal import JSON
internal import Synchronization
internal import Text

/// Ordered rules, prepared for evaluation. Rules that ask for one value of one claim are found by that value, so that a
/// thousand of them cost little more than one.
public final class PreparedRules: Sendable {
    public static let none = PreparedRules([])

    public let mappings: [Mapping]
    private let knownDigest = Mutex<[UInt8]?>(nil)
    /// The rules by claim. Nil if there are too few rules for an index to pay off.
    private let groups: [Group]?

    /// Rules that address one claim and split it in the same way.
    private struct Group {
        /// Any rule of the group. All its rules resolve to the same values.
        let example: Mapping
        var all: [Int] = []
        /// The `equals` rules by the value's hash; ``patterns`` and ``scan`` hold the other rules.
        var byValue: [UInt64: [Int]] = [:]
        /// The `equals` rules by the address's hash. Addresses are compared without regard to ASCII case.
        var byAddress: [UInt64: [Int]] = [:]
        var patterns: [Pattern] = []
        var addressPatterns: [Pattern] = []
        var scan: [Int] = []
    }

    private struct GroupKey: Hashable {
        let claimName: ExactText
        let split: Unicode.Scalar?
    }

    /// A `glob` rule.
    private struct Pattern {
        let index: Int
        let glob: Glob
        /// The first byte of every match; zero if a match may begin with any byte.
        let firstByte: UInt8
        /// The bytes that a matching value must contain.
        let needs: GlobNeeds

        init(_ index: Int, _ glob: Glob) {
            (self.index, self.glob) = (index, glob)
            (firstByte, needs) = (glob.firstByte ?? 0, glob.needs)
        }
    }

    public convenience init(_ mappings: [Mapping]) {
        self.init(mappings, indexedFrom: 8)
    }

    /// - Parameter indexedFrom: the number of rules from which an index is built. Fewer rules are evaluated one by one.
    init(_ mappings: [Mapping], indexedFrom: Int) {
        self.mappings = mappings
        guard mappings.count >= indexedFrom else {
            groups = nil
            return
        }
        var groups: [Group] = []
        var places: [GroupKey: Int] = [:]
        for (index, mapping) in mappings.enumerated() {
            let name = GroupKey(claimName: ExactText(mapping.claimName), split: mapping.split)
            let place = places[name] ?? groups.count
            if place == groups.count {
                places[name] = place
                groups.append(Group(example: mapping))
            }
            groups[place].all.append(index)
            if mapping.match == .equals {
                let value = mapping.claimValue.utf8Span.span
                groups[place].byValue[PreparedRules.hash(value), default: []].append(index)
                groups[place].byAddress[PreparedRules.hash(value, isFolded: true), default: []].append(index)
            } else if let glob = mapping.claimCondition.glob {
                groups[place].patterns.append(Pattern(index, glob))
                if let address = mapping.claimCondition.addressGlob {
                    groups[place].addressPatterns.append(Pattern(index, address))
                }
            } else {
                groups[place].scan.append(index)
            }
        }
        self.groups = groups
    }

    /// SHA-256 of everything that the outcome depends on. Equal rules in equal order have equal digests. Empty if no
    /// digest can be computed; it then equals no other digest.
    ///
    /// It is computed at the first use. A start of the gateway then needs no digest for its many organizations.
    var digest: [UInt8] {
        knownDigest.withLock { known in
            if let known { return known }
            let digest = PreparedRules.digest(of: mappings)
            known = digest
            return digest
        }
    }

    private static func digest(of mappings: [Mapping]) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 96 * mappings.count)
        writer.beginArray()
        for mapping in mappings {
            for text in mapping.parts { writer.string(text) }
        }
        writer.endArray()
        return (try? Digest.sha256(writer.bytes)) ?? []
    }

    /// Counts every rule that could change the outcome.
    ///
    /// - Parameter offset: the first rule's index among all rules.
    func count(_ source: ClaimSource, into tally: inout Tally, offset: Int) {
        guard let groups else {
            // Rules are accessed by index, because copying a rule costs more than evaluating one that does not match.
            for index in mappings.indices {
                tally.count(offset + index, mappings[index].role, mappings[index].evaluate(source))
                if tally.isDecided { return }
            }
            return
        }
        var results: [(index: Int, result: Mapping.RuleResult)] = []
        for group in groups { evaluate(group, source, into: &results) }
        results.sort { $0.index < $1.index }
        for (index, result) in results {
            tally.count(offset + index, mappings[index].role, result)
            if tally.isDecided { return }
        }
    }

    /// Evaluates a group. Rules that do not match, or whose claim is absent, are left out, because they change nothing.
    private func evaluate(
        _ group: Group, _ source: ClaimSource, into results: inout [(index: Int, result: Mapping.RuleResult)]
    ) {
        let claim = source.resolve(group.example.claimCondition)
        if source.isUnknown(claim.topLevelName) {
            for index in group.all { results.append((index, mappings[index].evaluate(source))) }
            return
        }
        guard !claim.values.isEmpty else { return }
        for index in group.scan {
            let result = mappings[index].evaluate(source, claim)
            if result != .noMatch, result != .absent { results.append((index, result)) }
        }
        if claim.isEmail {
            guard let address = claim.values.only.flatMap(Mapping.address) else { return }
            if !group.addressPatterns.isEmpty {
                let result: Mapping.RuleResult = source.isVerified(address) ? .matched : .emailUnverified
                var (found, summary): ([Int], TextSummary) = ([], TextSummary())
                let text = address.asciiLowercased()
                PreparedRules.match(text.utf8Span.span, group.addressPatterns, &summary, &found)
                for index in found { results.append((index, result)) }
            }
        } else if !group.patterns.isEmpty {
            for index in matches(of: claim.values, group) { results.append((index, .matched)) }
        }
        guard !group.byValue.isEmpty else { return }
        if claim.isEmail {
            guard let address = claim.values.only.flatMap(Mapping.address) else { return }
            for index in group.byAddress[PreparedRules.hash(address.utf8Span.span, isFolded: true)] ?? [] {
                let result = mappings[index].evaluate(source, claim)
                if result != .noMatch { results.append((index, result)) }
            }
            return
        }
        // Several elements may satisfy the same rule.
        var found: Set<Int> = []
        _ = claim.values.containsText(splitAt: group.example.split) { text in
            for index in group.byValue[PreparedRules.hash(text)] ?? []
            where Mapping.areEqual(text, mappings[index].claimValue.utf8Span.span) && found.insert(index).inserted {
                results.append((index, .matched))
            }
            return false
        }
    }

    /// Returns the rules whose pattern matches a value or one of its elements. Each element is summarized once for all
    /// patterns.
    private func matches(of values: ClaimValues, _ group: Group) -> [Int] {
        var (found, summary): ([Int], TextSummary) = ([], TextSummary())
        _ = values.containsText(splitAt: group.example.split) { text in
            PreparedRules.match(text, group.patterns, &summary, &found)
            return false
        }
        return found.count < 2 ? found : Array(Set(found))
    }

    private static func match(
        _ text: Span<UInt8>, _ patterns: [Pattern], _ summary: inout TextSummary, _ found: inout [Int]
    ) {
        let first = text.isEmpty ? 0 : text[0]
        summary.take(text)
        for place in patterns.indices {
            guard patterns[place].firstByte == 0 || patterns[place].firstByte == first,
                summary.mayMatch(patterns[place].needs)
            else { continue }
            if patterns[place].glob.matches(text) { found.append(patterns[place].index) }
        }
    }

    /// FNV-1a. The hash needs no security, because the values found by it are compared.
    private static func hash(_ text: Span<UInt8>, isFolded: Bool = false) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in text.indices {
            let byte = isFolded ? ASCII.lowercased(text[index]) : text[index]
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash
    }
}
