/// The values that the table of a ``JSONDocument`` keeps. All others are checked too, but take no memory afterwards.
public enum JSONSelection: Sendable {
    case everything
    /// Keeps the content of object members with these names (given without escapes); other members are kept without
    /// their content.
    case members(named: [[UInt8]])
    /// Keeps the outermost value without its content.
    case outermost

    /// Returns true if the content of a member is left out.
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
