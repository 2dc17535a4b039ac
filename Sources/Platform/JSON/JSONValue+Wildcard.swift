internal import Text

extension JSONValue {
    /// Returns all values that a pointer names, in document order. A reference token that is exactly `*` names every
    /// element of an array; in objects it is a plain name.
    public func values(at pointer: JSONPointer) -> [JSONValue] {
        guard pointer.hasWildcard else { return value(at: pointer).map { [$0] } ?? [] }
        var values = [self]
        for token in pointer.tokens {
            let step = JSONPointer(tokens: [token])
            values = values.flatMap { value in
                token.isExactly("*") && value.kind == .array
                    ? Array(value.elements) : value.value(at: step).map { [$0] } ?? []
            }
        }
        return values
    }
}

extension JSONPointer {
    /// True if a reference token is exactly `*`.
    public var hasWildcard: Bool { tokens.contains { $0.isExactly("*") } }
}
