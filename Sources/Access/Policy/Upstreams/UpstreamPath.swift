internal import Text

/// The reason why a request path is refused before any access rule is tried. The response is 400.
///
/// An application could read such a path in more than one way, so that it would answer for another path than the one
/// that a rule permitted.
public enum UpstreamPathFault: String, Error, Sendable, Hashable, CaseIterable {
    /// The path does not begin with `/`.
    case notAbsolute = "path_not_absolute"
    /// `%` without two hexadecimal digits.
    case malformedEncoding = "path_encoding_malformed"
    /// A slash, a backslash or a control character in percent-encoding.
    case encodedDelimiter = "path_encoded_delimiter"
    /// A backslash, a semicolon (also in percent-encoding), a space, a control character, `?` or `#`.
    case forbiddenCharacter = "path_forbidden_character"
    /// Decoding a second time would change the path.
    case doubleEncoding = "path_double_encoding"
    /// A segment that is `.` or `..`.
    case dotSegment = "path_dot_segment"
    /// An empty segment that is not the last.
    case emptySegment = "path_empty_segment"
    /// The decoded octets are not UTF-8.
    case notUTF8 = "path_not_utf8"

    /// One sentence for operators.
    public var words: String {
        switch self {
        case .notAbsolute: "The path does not begin with a slash."
        case .malformedEncoding: "A percent sign is not followed by two hexadecimal digits."
        case .encodedDelimiter: "The path has a slash, a backslash or a control character in percent-encoding."
        case .forbiddenCharacter:
            "The path has a backslash, a semicolon, a space, a control character, a question mark or a number sign."
        case .doubleEncoding: "The path is percent-encoded twice."
        case .dotSegment: "A segment of the path is . or .. ."
        case .emptySegment: "The path has an empty segment that is not the last."
        case .notUTF8: "The path is not UTF-8."
        }
    }
}

/// The path of a request to an upstream, percent-decoded once, as access rules compare it.
///
/// A value exists only for a path that has one reading: each octet of the decoded path belongs to exactly one segment,
/// and no segment leads elsewhere.
public struct UpstreamPath: Sendable, Hashable {
    /// The decoded octets, UTF-8; they begin with `/`.
    public let octets: [UInt8]

    /// - Parameter raw: the path of the request target as received, without the query (RFC 3986, section 3.3).
    public init(_ raw: ArraySlice<UInt8>) throws(UpstreamPathFault) {
        octets = try UpstreamPath.decoded(raw.span)
        try UpstreamPath.checkSegments(octets.span)
        try UpstreamPath.checkText(octets.span)
    }

    /// The decoded path as text.
    public var text: String { String(decoding: octets, as: UTF8.self) }

    private static func decoded(_ raw: Span<UInt8>) throws(UpstreamPathFault) -> [UInt8] {
        guard raw.count > 0, raw[0] == UInt8(ascii: "/") else { throw .notAbsolute }
        var octets: [UInt8] = []
        octets.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            let octet = raw[index]
            switch octet {
            case UInt8(ascii: "%"):
                guard index + 2 < raw.count, let high = digit(raw[index + 1]), let low = digit(raw[index + 2]) else {
                    throw .malformedEncoding
                }
                octets.append(try checked(high << 4 | low))
                index += 3
                continue
            case 0...0x20, 0x7F, UInt8(ascii: "\\"), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                throw .forbiddenCharacter
            default: octets.append(octet)
            }
            index += 1
        }
        return octets
    }

    /// Returns an octet that was percent-encoded, unless it would be a delimiter if it were not.
    private static func checked(_ octet: UInt8) throws(UpstreamPathFault) -> UInt8 {
        switch octet {
        case 0...0x1F, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"): throw .encodedDelimiter
        case UInt8(ascii: ";"): throw .forbiddenCharacter
        default: return octet
        }
    }

    /// Refuses `.`, `..` and empty segments (RFC 3986, section 5.2.4; section 3.3 permits empty ones, but servers merge
    /// or keep them).
    private static func checkSegments(_ path: Span<UInt8>) throws(UpstreamPathFault) {
        var start = 1
        while let end = path.firstIndex(of: UInt8(ascii: "/"), from: start) {
            guard end > start else { throw .emptySegment }
            if isDots(path, start..<end) { throw .dotSegment }
            start = end + 1
        }
        if isDots(path, start..<path.count) { throw .dotSegment }
    }

    private static func isDots(_ path: Span<UInt8>, _ segment: Range<Int>) -> Bool {
        (1...2).contains(segment.count) && segment.allSatisfy { path[$0] == UInt8(ascii: ".") }
    }

    /// Refuses a text that would be decoded a second time, and octets that are not UTF-8 (RFC 3629).
    private static func checkText(_ path: Span<UInt8>) throws(UpstreamPathFault) {
        var index = 0
        while let percent = path.firstIndex(of: UInt8(ascii: "%"), from: index) {
            if percent + 2 < path.count, digit(path[percent + 1]) != nil, digit(path[percent + 2]) != nil {
                throw .doubleEncoding
            }
            index = percent + 1
        }
        guard path.indices.contains(where: { path[$0] >= 0x80 }) else { return }
        guard (try? UTF8Span(validating: path)) != nil else { throw .notUTF8 }
    }

    static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x41 + 10
        case 0x61...0x66: octet - 0x61 + 10
        default: nil
        }
    }
}
