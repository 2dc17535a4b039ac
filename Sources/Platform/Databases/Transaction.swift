/// Access to the store for a closure while its transaction is open. It must not outlive the closure.
public final class Transaction {
    let connection: any Connection
    private(set) var changes: Set<StoreChange> = []

    init(on connection: any Connection) {
        self.connection = connection
    }

    /// The SQL that the store speaks, for the few statements that one text cannot express for both engines.
    public var dialect: SQLDialect { connection.dialect }

    /// Records that a write has changed something that processes keep in memory. Other processes take it up: see
    /// ``Database/follow(every:_:)``.
    public func note(_ change: StoreChange) { changes.insert(change) }

    /// Returns the statement for a text, prepared once per connection, for loops that run it many times.
    public func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        Statement(prepared: try connection.statement(sql))
    }

    /// Runs a statement and returns the number of rows inserted, changed or deleted.
    @discardableResult
    public func execute(_ sql: String, _ values: SQLValue...) throws(DatabaseError) -> Int {
        try connection.statement(sql).run(values)
    }

    /// Returns the first row of a query, or nil if there is none.
    public func first<Result>(
        _ sql: String, _ values: SQLValue..., read: (Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result? {
        var result: Result?
        try connection.statement(sql).each(values) { row throws(DatabaseError) in
            result = try read(row)
            return false
        }
        return result
    }

    /// Returns true if a row of the query matches `isWanted`; rows after the first match are not read.
    public func contains(
        _ sql: String, _ values: SQLValue..., where isWanted: (Row) throws(DatabaseError) -> Bool
    ) throws(DatabaseError) -> Bool {
        var isFound = false
        try connection.statement(sql).stream(values) { row throws(DatabaseError) in
            isFound = try isWanted(row)
            return !isFound
        }
        return isFound
    }

    /// Returns all rows of a query.
    public func all<Result>(
        _ sql: String, _ values: SQLValue..., read: (Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> [Result] {
        try all(sql, values, read: read)
    }

    /// Variant of `all` that takes its values as an array.
    public func all<Result>(
        _ sql: String, _ values: [SQLValue], read: (Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> [Result] {
        var results: [Result] = []
        try connection.statement(sql).each(values) { row throws(DatabaseError) in
            results.append(try read(row))
            return true
        }
        return results
    }

    /// Passes the rows of a query to a closure, one after the other. The result may be of any size.
    public func each(
        _ sql: String, _ values: SQLValue..., read: (Row) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try each(sql, values, read: read)
    }

    /// Variant of `each` that takes its values as an array.
    public func each(
        _ sql: String, _ values: [SQLValue], read: (Row) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try connection.statement(sql).stream(values) { row throws(DatabaseError) in
            try read(row)
            return true
        }
    }
}
