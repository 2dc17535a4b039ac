internal import Text

/// The paths for which an access rule is written: one path, or all paths that begin alike.
///
/// It is compared with decoded paths by octets, with case. `*` is allowed only at the end. `/admin/*` matches `/admin`,
/// `/admin/` and everything below; `/admin*` also matches `/administration`; `/*` matches everything.
public struct UpstreamPathPattern: Sendable, Hashable, CustomStringConvertible {
    /// The reason why a text is not a pattern. The message follows the name of the setting.
    public struct SyntaxError: Error, Sendable, Hashable {
        public let message: String
    }

    private enum Form: Sendable, Hashable {
        case exact
        /// The path itself, and everything below it.
        case subtree
        /// Everything that begins with the octets.
        case prefix
    }

    /// The pattern as written.
    public let text: String
    private let form: Form
    /// The octets without the wildcard, and for a subtree without its slash.
    private let octets: [UInt8]

    /// Parses a pattern. One that no request path could match is refused, because it would look like protection.
    public init(_ text: String) throws(SyntaxError) {
        self.text = text
        let written = Array(text.utf8)
        guard written.first == UInt8(ascii: "/") else { throw SyntaxError(message: "must begin with /") }
        let isWild = written.last == UInt8(ascii: "*")
        let literal = isWild ? written.dropLast() : written[...]
        guard !literal.contains(UInt8(ascii: "*")) else { throw SyntaxError(message: "may have * only at its end") }
        guard !literal.contains(UInt8(ascii: "?")) else {
            throw SyntaxError(message: "must be a path alone: the query is never examined")
        }
        try UpstreamPathPattern.check(literal, isCut: isWild && literal.last != UInt8(ascii: "/"))
        if !isWild {
            (form, octets) = (.exact, written)
        } else if literal.last == UInt8(ascii: "/") {
            (form, octets) = (.subtree, Array(literal.dropLast()))
        } else {
            (form, octets) = (.prefix, Array(literal))
        }
    }

    /// Refuses octets and segments that no decoded path has.
    private static func check(_ literal: ArraySlice<UInt8>, isCut: Bool) throws(SyntaxError) {
        // Spaces, number signs and percent signs are encoded in a request, and occur in a decoded path.
        var path = literal.map { octet in " #%".utf8.contains(octet) ? UInt8(ascii: "_") : octet }
        // The wildcard continues the last segment.
        if isCut { path.append(UInt8(ascii: "_")) }
        for index in literal.indices where literal[index] == UInt8(ascii: "%") {
            let digits = literal[(index + 1)...].prefix(2)
            if digits.count == 2, digits.allSatisfy({ UpstreamPath.digit($0) != nil }) {
                throw SyntaxError(
                    message: "is compared with the decoded path: write the character instead of its percent-encoding")
            }
        }
        do throws(UpstreamPathFault) {
            _ = try UpstreamPath(path[...])
        } catch {
            throw SyntaxError(message: "matches no request, because such a path is always refused: \(error.words)")
        }
    }

    /// True if the pattern is `/*`.
    public var matchesEverything: Bool { form == .subtree && octets.isEmpty }

    public var description: String { text }

    /// Returns true if a path is one of the pattern's.
    public func matches(_ path: UpstreamPath) -> Bool { matches(path.octets.span) }

    /// Returns true if a path would match in another case of its ASCII letters.
    func nearlyMatches(_ path: UpstreamPath) -> Bool {
        guard !matches(path), let folded = try? UpstreamPathPattern(text.asciiLowercased()) else { return false }
        let lowered = path.octets.map(ASCII.lowercased)
        return folded.matches(lowered.span)
    }

    private func matches(_ path: Span<UInt8>) -> Bool {
        let own = octets.span
        switch form {
        case .exact: return path.isExactly(own)
        case .prefix, .subtree:
            guard path.count >= own.count, path.extracting(0..<own.count).isExactly(own) else { return false }
            return form == .prefix || path.count == own.count || path[own.count] == UInt8(ascii: "/")
        }
    }

    /// Returns true if each path that another pattern matches is one of this pattern's.
    func covers(_ other: UpstreamPathPattern) -> Bool {
        switch other.form {
        case .exact: return matches(other.octets.span)
        case .subtree:
            switch form {
            case .exact: return false
            case .prefix: return other.octets.starts(with: octets)
            case .subtree:
                return other.octets.starts(with: octets)
                    && (other.octets.count == octets.count || other.octets[octets.count] == UInt8(ascii: "/"))
            }
        case .prefix:
            switch form {
            case .exact: return false
            case .prefix: return other.octets.starts(with: octets)
            // A prefix that ends within a segment has paths beside the subtree.
            case .subtree: return other.octets.starts(with: octets + [UInt8(ascii: "/")])
            }
        }
    }
}
