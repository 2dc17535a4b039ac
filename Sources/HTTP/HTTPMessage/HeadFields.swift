internal import Text

/// The field lines of a message's head, in order, as octets without surrounding white space. For code that passes
/// messages on, which must see every line and change none.
public struct HeadFields: Sendable {
    let bytes: [UInt8]
    let lines: [Request.Line]

    /// Number of field lines, at most ``RequestParser/maximumFieldCount``.
    public var count: Int { lines.count }

    /// Calls `body` for each line, with the octets of the head and the ranges of the name and the value.
    public func each(_ body: (_ head: Span<UInt8>, _ name: Range<Int>, _ value: Range<Int>) -> Void) {
        let head = bytes.span
        for line in lines { body(head, line.name, line.value) }
    }

    /// Returns true if a field occurs.
    public func contains(_ name: FieldName) -> Bool { lines.contains { $0.isNamed(name, in: bytes) } }

    /// Returns the values of a field, in order.
    public func values(_ name: FieldName) -> [ArraySlice<UInt8>] {
        lines.filter { $0.isNamed(name, in: bytes) }.map { bytes[$0.value] }
    }

    /// Returns true if a list field has an element, compared without regard to case.
    ///
    /// - Parameter token: a token in lower case.
    public func lists(_ name: FieldName, _ token: StaticString) -> Bool {
        tokens(name).contains { $0.span.holds(token, in: 0..<$0.count) }
    }

    /// Returns true if a list field has this element and no other.
    ///
    /// - Parameter token: a token in lower case.
    public func listsOnly(_ name: FieldName, _ token: StaticString) -> Bool {
        let all = tokens(name)
        guard all.count == 1 else { return false }
        let only = all[0]
        return only.span.holds(token, in: 0..<only.count)
    }

    /// Elements of a list field over all its lines, trimmed and in lower case, without empty ones (RFC 9110, section
    /// 5.6.1). The list is split at each comma, also within quotes.
    public func tokens(_ name: FieldName) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for line in lines where line.isNamed(name, in: bytes) {
            for part in bytes[line.value].split(separator: UInt8(ascii: ",")) {
                let token = part.trimmingBlanks().map(ASCII.lowercased)
                if !token.isEmpty { result.append(token) }
            }
        }
        return result
    }
}

extension ArraySlice<UInt8> {
    /// The octets without spaces and tabs at both ends: OWS (RFC 9110, section 5.6.3).
    public func trimmingBlanks() -> ArraySlice<UInt8> {
        var rest = self
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return rest
    }
}

extension Request.Line {
    init(_ line: FieldLine, from start: Int) {
        nameStart = UInt16(truncatingIfNeeded: line.name.lowerBound - start)
        nameEnd = UInt16(truncatingIfNeeded: line.name.upperBound - start)
        valueStart = UInt16(truncatingIfNeeded: line.value.lowerBound - start)
        valueEnd = UInt16(truncatingIfNeeded: line.value.upperBound - start)
    }

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    func isNamed(_ field: FieldName, in bytes: [UInt8]) -> Bool {
        let wanted = field.lowercased.utf8Span.span
        guard name.count == wanted.count else { return false }
        let start = Int(nameStart)
        for offset in wanted.indices where ASCII.lowercased(bytes[start &+ offset]) != wanted[offset] { return false }
        return true
    }
}
