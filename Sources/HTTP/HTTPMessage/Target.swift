internal import Text

/// A request target: a path and a query as received, decoded on demand.
public struct Target: Sendable, Hashable {
    /// Path as received, percent-encoded; it begins with `/` (or is `*` for `OPTIONS`).
    public let pathBytes: ArraySlice<UInt8>
    /// Query after the first `?`, without it; nil if there is none.
    public let queryBytes: ArraySlice<UInt8>?

    public init(pathBytes: ArraySlice<UInt8>, queryBytes: ArraySlice<UInt8>?) {
        self.pathBytes = pathBytes
        self.queryBytes = queryBytes
    }

    public init(path: String, query: String?) {
        self.init(pathBytes: Array(path.utf8)[...], queryBytes: query.map { Array($0.utf8)[...] })
    }

    /// Path as text, percent-encoded.
    public var path: String { String(decoding: pathBytes, as: UTF8.self) }
    /// Query as text, percent-encoded; nil if there is none.
    public var query: String? { queryBytes.map { String(decoding: $0, as: UTF8.self) } }

    /// Decoded segments of the path: `/a/b%20c` is `["a", "b c"]`, `/a/` is `["a", ""]`. Nil if a percent sign is not
    /// followed by two hexadecimal digits, or if a segment is not UTF-8 or holds NUL. Nil also for `.` and `..`, so
    /// that no path has two spellings.
    public var segments: [String]? {
        guard pathBytes.first == UInt8(ascii: "/") else { return nil }
        var result: [String] = []
        result.reserveCapacity(8)
        for part in Parts(rest: pathBytes.dropFirst(), separator: UInt8(ascii: "/")) {
            guard let segment = Target.percentDecoded(part), ![".", ".."].contains(exactly: segment) else { return nil }
            result.append(segment)
        }
        return result
    }

    /// Pairs `name=value` of the query in order, decoded as forms are (`+` is a space, WHATWG URL, section 5.1). Names
    /// may repeat. Nil if the encoding is invalid.
    public var queryItems: [(name: String, value: String)]? {
        guard let queryBytes else { return [] }
        var result: [(name: String, value: String)] = []
        for pair in Parts(rest: queryBytes, separator: UInt8(ascii: "&")) where !pair.isEmpty {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Target.percentDecoded(pair[..<equals], plusIsSpace: true),
                let value = Target.percentDecoded(pair[equals...].dropFirst(), plusIsSpace: true)
            else { return nil }
            result.append((name, value))
        }
        return result
    }

    /// Decodes percent-encoding (RFC 3986, section 2.1) once; returns nil if it is invalid, not UTF-8, or holds NUL.
    public static func percentDecoded(_ text: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String? {
        if text.allSatisfy({ $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") && $0 != 0 && $0 < 0x80 }) {
            return String(decoding: text, as: UTF8.self)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(Octet.hexadecimalValue),
                    let low = iterator.next().flatMap(Octet.hexadecimalValue), high | low != 0
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// The parts between separators, empty ones included.
private struct Parts: Sequence, IteratorProtocol {
    var rest: ArraySlice<UInt8>?
    let separator: UInt8

    init(rest: ArraySlice<UInt8>, separator: UInt8) {
        self.rest = rest
        self.separator = separator
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let bytes = rest else { return nil }
        guard let end = bytes.firstIndex(of: separator) else {
            rest = nil
            return bytes
        }
        rest = bytes[(end + 1)...]
        return bytes[..<end]
    }
}
