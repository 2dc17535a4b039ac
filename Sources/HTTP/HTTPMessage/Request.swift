/// A complete request head. It owns its bytes in one array; fields are ranges of them.
public struct Request: Sendable {
    /// What follows the head (RFC 9112, section 6.3).
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
    public let method: Method
    public let framing: Framing
    /// HTTP/1.0 asked: no chunks in the answer, and the connection closes.
    public let isVersion10: Bool
    /// The connection may serve another request after this one.
    public let keepsAlive: Bool
    /// The client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool

    public var target: Target {
        Target(pathBytes: bytes[pathRange], queryBytes: queryRange.map { bytes[$0] })
    }

    /// The first field's value without white space around it, as bytes; `nil` where there is none.
    public func fieldBytes(_ name: FieldName) -> ArraySlice<UInt8>? {
        for line in lines where matches(line, name) {
            return bytes[Int(line.valueStart)..<Int(line.valueEnd)]
        }
        return nil
    }

    /// The same as text; bytes that are not UTF-8 become replacement characters.
    public func field(_ name: FieldName) -> String? {
        fieldBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All values of a field, in order.
    public func fields(_ name: FieldName) -> [String] {
        lines.filter { matches($0, name) }.map {
            String(decoding: bytes[Int($0.valueStart)..<Int($0.valueEnd)], as: UTF8.self)
        }
    }

    /// How often a field stands in the head.
    public func count(of name: FieldName) -> Int {
        lines.count { matches($0, name) }
    }

    private func matches(_ line: Line, _ name: FieldName) -> Bool {
        let wanted = name.lowercased.utf8Span.span
        let start = Int(line.nameStart)
        guard Int(line.nameEnd) - start == wanted.count else { return false }
        for offset in wanted.indices where Octet.lowercased(bytes[start &+ offset]) != wanted[offset] {
            return false
        }
        return true
    }
}
