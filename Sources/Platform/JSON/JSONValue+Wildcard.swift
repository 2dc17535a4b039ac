internal import Text

extension JSONValue {
    /// All that a pointer leads to, where a reference token that is exactly `*` stands for every element of an array. In
    /// objects it is a name like others. In document order.
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
    /// Whether a reference token is exactly `*`.
    public var hasWildcard: Bool { tokens.contains { $0.isExactly("*") } }
}
