public import Databases

extension SQLDialect {
    /// The clause after a table's name that makes SQLite use an index where its planner would choose a worse plan. Empty
    /// for PostgreSQL, whose planner knows the numbers of rows.
    public func using(index: String) -> String {
        switch self {
        case .sqlite: "INDEXED BY \(index)"
        case .postgreSQL: ""
        }
    }
}
