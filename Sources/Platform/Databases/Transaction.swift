/// What a closure may do with the store while its transaction is open. It is good for that closure alone.
public final class Transaction {
    let connection: Connection

    init(on connection: Connection) {
        self.connection = connection
    }

    /// The statement for a text, prepared once for each connection; for loops that run it many times.
    public func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        try connection.statement(sql)
    }

    /// Runs a statement; answers how many rows it inserted, changed or deleted.
    @discardableResult
    public func execute(_ sql: String, _ values: SQLValue...) throws(DatabaseError) -> Int {
        try connection.statement(sql).run(values)
    }

    /// The first row of a query, `nil` where there is none.
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

    /// Whether one of a query's rows is what is looked for; those behind it are not read.
    public func contains(
        _ sql: String, _ values: SQLValue..., where isWanted: (Row) throws(DatabaseError) -> Bool
    ) throws(DatabaseError) -> Bool {
        var isFound = false
        try connection.statement(sql).each(values) { row throws(DatabaseError) in
            isFound = try isWanted(row)
            return !isFound
        }
        return isFound
    }

    /// All rows of a query.
    public func all<Result>(
        _ sql: String, _ values: SQLValue..., read: (Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> [Result] {
        try all(sql, values, read: read)
    }

    /// The same, for values that are collected.
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

    /// Hands the rows of a query to a closure one after the other.
    public func each(
        _ sql: String, _ values: SQLValue..., read: (Row) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try connection.statement(sql).each(values) { row throws(DatabaseError) in
            try read(row)
            return true
        }
    }
}
