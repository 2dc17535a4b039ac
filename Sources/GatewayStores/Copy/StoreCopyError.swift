public import Databases

/// The reason why a store was not copied. The target is then as it was.
public enum StoreCopyError: Error, Sendable, CustomStringConvertible {
    /// Another process uses the source.
    case sourceInUse(DatabaseError)
    /// The source lacks migrations.
    case sourceOutdated
    /// A newer release wrote the source.
    case sourceTooNew
    case source(DatabaseError)
    case target(DatabaseError)
    /// The target has a table of a store.
    case occupied(table: String)
    /// A table of the source has other columns than this release makes.
    case unlike(table: String)
    /// A table was not the same after it was copied.
    case differs(table: String)
    /// The copied audit log has faults, as the source's has.
    case audit(faults: [String])

    public var description: String {
        switch self {
        case .sourceInUse(let cause): "the store is in use: stop the gateway and commands that use it (\(cause))"
        case .sourceOutdated: "the store's tables are not up to date: run gatehouse migrate first"
        case .sourceTooNew: "a newer release wrote the store: copy it with that release"
        case .source(let cause): "the store cannot be read: \(cause)"
        case .target(let cause): "the target cannot be written: \(cause)"
        case .occupied(let table): "the target is not empty: it has the table \(table)"
        case .unlike(let table): "the table \(table) of the store has other columns than this release makes"
        case .differs(let table): "the table \(table) is not the same in the copy"
        case .audit(let faults):
            "the audit log has faults: run gatehouse audit verify" + (faults.first.map { " (\($0))" } ?? "")
        }
    }
}
