public import Databases

/// Claims of work in a store, by rows of the table `lease`. `Databases` makes it, because each store has it.
extension Transaction {
    /// Claims work that one process at a time must do, or extends the claim.
    ///
    /// A claim ends by itself, so that the work goes on elsewhere if its holder dies. Its time is measured by the clock of
    /// the database, because processes may run on several machines.
    ///
    /// - Parameters:
    ///   - name: the work.
    ///   - holder: an arbitrary text that no other process has.
    ///   - seconds: the time of the claim, at most an hour: longer than the work may take, or than the time until the next
    ///     claim of the same holder.
    /// - Returns: false if another process holds the work.
    public func claim(_ name: String, by holder: String, for seconds: Int) throws(DatabaseError) -> Bool {
        // A claim of more than an hour was made while the clock was ahead.
        try execute(
            """
            INSERT INTO lease (name, holder, until) VALUES ($1, $2, \(clock) + $3)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE lease.holder = excluded.holder OR lease.until <= \(clock) OR lease.until > \(clock) + 3600
            """, .text(name), .text(holder), .integer(max(1, min(seconds, 3600)))) > 0
    }

    /// Ends a claim of this holder, if it has not passed to another one.
    public func release(_ name: String, by holder: String) throws(DatabaseError) {
        try execute("DELETE FROM lease WHERE name = $1 AND holder = $2", .text(name), .text(holder))
    }

    /// Returns the holder of a claim in force; nil if there is none.
    public func holder(of name: String) throws(DatabaseError) -> String? {
        try first(
            "SELECT holder FROM lease WHERE name = $1 AND until > \(clock) AND until <= \(clock) + 3600", .text(name)
        ) { row throws(DatabaseError) in row.text(0) }
    }

    /// Deletes claims that have ended.
    public func sweepLeases() throws(DatabaseError) {
        try execute("DELETE FROM lease WHERE until <= \(clock) OR until > \(clock) + 3600")
    }

    /// Seconds since 1970 by the clock of the database.
    private var clock: String {
        switch dialect {
        case .sqlite: "CAST(strftime('%s', 'now') AS INTEGER)"
        case .postgreSQL: "CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)"
        }
    }
}
