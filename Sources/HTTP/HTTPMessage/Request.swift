/// A complete request head. It owns its bytes in one array; its fields are ranges of that array.
public struct Request: Sendable {
    /// The content that follows the head (RFC 9112, section 6.3).
    public enum Framing: Sendable, Hashable {
        case none
        case length(Int)
        case chunked
    }

    struct Line: Sendable {
        var nameStart: UInt16
        var nameEnd: UInt16
        var valueStart: UInt16
        var valueEnd: UInt16
    }

    let bytes: [UInt8]
    let lines: [Line]
    let pathRange: Range<Int>
    let queryRange: Range<Int>?
    /// Length of the method's token, with which `bytes` begins.
    let methodLength: Int
    public let method: Method
    public let framing: Framing
    /// True for HTTP/1.0: the response has no chunks, and the connection closes.
    public let isVersion10: Bool
    /// True if the connection may serve another request after this one.
    public let keepsAlive: Bool
    /// True if the client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool

    /// The method as received, one token; it identifies methods that ``method`` calls `other`.
    public var methodToken: ArraySlice<UInt8> { bytes[..<methodLength] }

    /// All field lines.
    public var fieldLines: HeadFields { HeadFields(bytes: bytes, lines: lines) }

    /// Path and query of the request.
    public var target: Target {
        Target(pathBytes: bytes[pathRange], queryBytes: queryRange.map { bytes[$0] })
    }

    /// Returns the first value of a field as bytes, without surrounding white space; nil if there is none.
    public func fieldBytes(_ name: FieldName) -> ArraySlice<UInt8>? {
        for line in lines where matches(line, name) {
            return bytes[line.value]
        }
        return nil
    }

    /// Returns the first value of a field as text; bytes that are not UTF-8 become replacement characters.
    public func field(_ name: FieldName) -> String? {
        fieldBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns all values of a field, in order.
    public func fields(_ name: FieldName) -> [String] {
        lines.filter { matches($0, name) }.map {
            String(decoding: bytes[$0.value], as: UTF8.self)
        }
    }

    /// Returns all lines of a list field as one value (RFC 9110, section 5.3); nil if there is none.
    public func list(_ name: FieldName) -> String? {
        guard let first = field(name) else { return nil }
        return count(of: name) == 1 ? first : fields(name).joined(separator: ", ")
    }

    /// Returns the number of occurrences of a field in the head.
    public func count(of name: FieldName) -> Int {
        lines.count { matches($0, name) }
    }

    private func matches(_ line: Line, _ name: FieldName) -> Bool { line.isNamed(name, in: bytes) }
}
