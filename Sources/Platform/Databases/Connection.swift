internal import Time

/// A connection to the store. One thread uses it at a time.
protocol Connection: AnyObject, Sendable {
    var dialect: SQLDialect { get }
    /// False once the connection is lost, or leads to a server that takes no writes. It must be replaced then.
    var isUsable: Bool { get }
    var isInTransaction: Bool { get }
    /// True if a pooler stands between the connection and the server.
    var isPooled: Bool { get }

    /// Returns the cached statement for a text, or a new one while the cached one is in use further up the stack.
    func statement(_ sql: String) throws(DatabaseError) -> any PreparedStatement
    /// Runs a statement whose result is not needed. An engine may send it with the next one; its failure then undoes the
    /// whole transaction.
    func enqueue(_ sql: String, _ values: [SQLValue]) throws(DatabaseError)
    /// Executes several statements without parameters.
    func executeScript(_ sql: String) throws(DatabaseError)

    /// Limits the waits for an answer of the server. After this time each lasts for a second at most; nil for no limit.
    func limitWaits(until end: MonotonicTime?)

    /// Begins a transaction that sees one consistent state.
    func beginReading() throws(DatabaseError)
    /// Ends the transaction of a read, which wrote nothing.
    func endReading()
    /// Begins a transaction that no other writer's transaction overlaps, in any process.
    ///
    /// - Parameter isPatient: true to wait for other writers without a limit.
    func beginWriting(isPatient: Bool) throws(DatabaseError)
    /// Begins a transaction of a store that no other process uses, and keeps the others out until its end.
    ///
    /// - Throws: `busy` if another process uses the store.
    func beginAlone() throws(DatabaseError)
    /// Rolls back a transaction that began alone.
    func endAlone()
    /// - Parameter isNotifying: true to wake the followers of other processes.
    func commit(isNotifying: Bool) throws(DatabaseError)
    /// Rolls back the open transaction, if there is one.
    func rollBack()
}

extension Connection {
    func enqueue(_ sql: String) throws(DatabaseError) { try enqueue(sql, []) }

    /// Runs a read in a transaction of its own.
    func read<Value>(_ body: (Transaction) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        try beginReading()
        defer { endReading() }
        return try body(Transaction(on: self))
    }
}

/// A statement of one connection, prepared once.
protocol PreparedStatement: AnyObject {
    var isBusy: Bool { get }
    /// Runs the statement to the end and returns the number of rows inserted, changed or deleted.
    func run(_ values: [SQLValue]) throws(DatabaseError) -> Int
    /// Passes every row to `body` until it returns false.
    func each(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError)
    /// Variant of `each` for a result of any size: only a part of it is in memory, and rows after the last one that
    /// `body` takes may not be computed.
    func stream(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError)
}

extension PreparedStatement {
    func stream(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) {
        try each(values, body)
    }
}

/// The values of the current row.
protocol RowValues: AnyObject {
    func integer(_ column: Int) -> Int64
    func isNull(_ column: Int) -> Bool
    func text(_ column: Int) -> String
    func blob(_ column: Int) -> [UInt8]
}

/// The text of a statement as a key. Only its length and its last bytes are hashed, because hashing the whole text costs
/// as much as a small statement. Texts of statements come from this program, and no caller chooses them.
struct StatementText: Hashable {
    let sql: String

    func hash(into hasher: inout Hasher) {
        let bytes = sql.utf8Span.span
        var end: UInt64 = 0
        for index in max(0, bytes.count - 8)..<bytes.count { end = end << 8 | UInt64(bytes[index]) }
        hasher.combine(bytes.count)
        hasher.combine(end)
    }
}
