public import JSON
internal import Text
internal import Tokens

/// A claim's value that differs from a rule's only by case or white space. Such a difference is easily overlooked.
public struct NearMiss: Sendable, Hashable {
    /// The value that arrived, in parts that do or do not differ from the rule's.
    public let parts: [Part]

    /// A part of a value.
    public struct Part: Sendable, Hashable {
        public let text: String
        public let isDifferent: Bool
    }

    /// - Parameters:
    ///   - value: the value that arrived.
    ///   - wanted: the rule's value or pattern.
    ///   - isPattern: true if `wanted` has the wildcards `*` and `?`.
    init(_ value: String, wanted: String, isPattern: Bool) {
        let scalars = Array(value.unicodeScalars)
        var differs = NearMiss.differences(of: scalars, from: Array(wanted.unicodeScalars), isPattern: isPattern)
        // A combining mark is shown with the character before it.
        for index in scalars.indices.dropFirst() where scalars[index].properties.isGraphemeExtend {
            differs[index] = differs[index - 1]
        }
        var parts: [Part] = []
        var start = 0
        for end in 1...max(1, scalars.count) where end >= scalars.count || differs[end] != differs[start] {
            guard start < scalars.count else { break }
            let text = String(String.UnicodeScalarView(scalars[start..<end]))
            parts.append(Part(text: text, isDifferent: differs[start]))
            start = end
        }
        self.parts = parts
    }

    /// Tells for each character whether it differs from the one at its place in the rule. White space that the rule does
    /// not have differs; characters that a wildcard matches do not.
    private static func differences(
        of value: [Unicode.Scalar], from wanted: [Unicode.Scalar], isPattern: Bool
    ) -> [Bool] {
        let pattern = wanted.filter { !isBlank($0) }
        var differs = value.map { pattern.count == wanted.count && isBlank($0) }
        let places = value.indices.filter { !isBlank(value[$0]) }
        // The usual search with one point of return: the last `*`.
        var (place, index) = (0, 0)
        var point: (index: Int, place: Int)?
        while place < places.count {
            let scalar = index < pattern.count ? pattern[index] : nil
            if isPattern, scalar?.value == 0x2A {
                point = (index, place)
                index += 1
            } else if isPattern, scalar?.value == 0x3F {
                (place, index) = (place + 1, index + 1)
            } else if let scalar, isAlike(scalar, value[places[place]]) {
                differs[places[place]] = scalar != value[places[place]]
                (place, index) = (place + 1, index + 1)
            } else if let last = point {
                for undone in last.place...place { differs[places[undone]] = false }
                point = (last.index, last.place + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return differs
            }
        }
        return differs
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func isAlike(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
        one.properties.lowercaseMapping.isExactly(other.properties.lowercaseMapping)
    }
}

extension Mapping {
    /// Returns the value of the rule's claim that nearly matches, or nil if there is none.
    ///
    /// - Parameter values: the values of claims by the names in rules, as ``Policy/AccessDenial/claims`` has them.
    public func nearMiss(among values: JSONValue) -> NearMiss? {
        claimCondition.nearMiss(ClaimSource(KnownClaims(values), EmailTrust())).map {
            NearMiss($0, wanted: claimValue, isPattern: match == .glob)
        }
    }

    /// Returns true if the value differs from the rule's only by case or white space.
    func isNearMiss(_ source: ClaimSource) -> Bool { claimCondition.isNearMiss(source) }
}

extension ClaimCondition {
    /// Returns true if the value differs from the condition's only by case or white space.
    func isNearMiss(_ source: ClaimSource) -> Bool { nearMiss(source) != nil }

    /// Returns a value that differs from the condition's only by case or white space; nil if there is none.
    func nearMiss(_ source: ClaimSource) -> String? {
        let claim = source.resolve(self)
        guard match != .exists, !claim.isEmail || claim.values.only.flatMap(Mapping.address) != nil else {
            return nil
        }
        let wanted = Mapping.folded(claimValue)
        let glob = match == .glob ? Glob(wanted) : nil
        var found: String?
        _ = claim.values.containsText(splitAt: split) { text in
            let value = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
            let folded = Mapping.folded(value)
            guard glob?.matches(folded) ?? folded.isExactly(wanted) else { return false }
            found = value
            return true
        }
        return found
    }
}
