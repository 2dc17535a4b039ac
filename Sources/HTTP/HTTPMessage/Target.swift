/// What a request asks for: a path and a query, as they came and decoded on demand.
public struct Target: Sendable, Hashable {
    /// Begins with `/` (or is `*` for `OPTIONS`), percent-encoding not undone.
    public let path: String
    /// What stands after the first `?`; `nil` without one.
    public let query: String?

    public init(path: String, query: String?) {
        self.path = path
        self.query = query
    }

    /// The path's segments, decoded: `/a/b%20c` is `["a", "b c"]`, `/a/` is `["a", ""]`. `nil` where a percent sign is
    /// not followed by two hexadecimal digits, where the result is not UTF-8 or holds NUL, and for `.` and `..`, so
    /// that no two spellings of a path are told apart later.
    public var segments: [String]? {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        var result: [String] = []
        result.reserveCapacity(8)
        let bytes = path.utf8
        var start = bytes.index(after: bytes.startIndex)
        while true {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
            guard let segment = Target.percentDecoded(path[start..<end]), segment != ".", segment != ".." else {
                return nil
            }
            result.append(segment)
            guard end < bytes.endIndex else { return result }
            start = bytes.index(after: end)
        }
    }

    /// The query's `name=value` pairs in order, decoded as forms are (`+` is a space, WHATWG URL, section 5.1). `nil`
    /// where the encoding is broken. Names may repeat.
    public var queryItems: [(name: String, value: String)]? {
        guard let query, !query.isEmpty else { return [] }
        var result: [(name: String, value: String)] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Target.percentDecoded(Substring(pair[..<equals]), plusIsSpace: true),
                let value = Target.percentDecoded(Substring(pair[equals...].dropFirst()), plusIsSpace: true)
            else { return nil }
            result.append((name, value))
        }
        return result
    }

    /// Undoes percent-encoding (RFC 3986, section 2.1) once; `nil` where it is broken, not UTF-8, or holds NUL.
    public static func percentDecoded(_ substring: Substring, plusIsSpace: Bool = false) -> String? {
        let text = substring.utf8
        if text.allSatisfy({ $0 != 0x25 && $0 != 0x2B && $0 != 0 }) { return String(substring) }
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
