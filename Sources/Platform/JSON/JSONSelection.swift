/// What of a text is kept in the table of a ``JSONDocument``. The rest is checked like everything else, and costs no
/// memory once it is.
public enum JSONSelection: Sendable {
    case everything
    /// Of each object, what is inside members with these names, as they are written without escapes; other members are
    /// there without what is inside them.
    case members(named: [[UInt8]])
    /// The outermost value without what is inside it.
    case outermost

    /// Whether what is inside a member is left out.
    func leavesOut(_ name: () -> [UInt8], _ written: Span<UInt8>, hasEscapes: Bool) -> Bool {
        guard case .members(let names) = self else { return false }
        if hasEscapes { return !names.contains(name()) }
        for candidate in names where candidate.count == written.count {
            var isSame = true
            for index in written.indices where candidate[index] != written[index] {
                isSame = false
                break
            }
            if isSame { return false }
        }
        return true
    }
}
