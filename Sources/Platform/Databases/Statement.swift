/// A prepared statement of one connection, valid while that connection's ``Transaction`` is open.
///
/// Parameters are written `$1`, `$2`, …, so that one text serves both engines.
public struct Statement {
    let prepared: any PreparedStatement

    /// Runs the statement to the end and returns the number of rows inserted, changed or deleted.
    @discardableResult
    public func run(_ values: SQLValue...) throws(DatabaseError) -> Int {
        try prepared.run(values)
    }
}
