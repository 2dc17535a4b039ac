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

    /// Returns the claims in force: the holder of each work.
    public func leases() throws(DatabaseError) -> [(name: String, holder: String)] {
        try all("SELECT name, holder FROM lease WHERE until > \(clock) ORDER BY name LIMIT 1000") {
            row throws(DatabaseError) in (row.text(0), row.text(1))
        }
    }

    /// Seconds since 1970 by the clock of the database.
    private var clock: String {
        switch dialect {
        case .sqlite: "CAST(strftime('%s', 'now') AS INTEGER)"
        case .postgreSQL: "CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)"
        }
    }
}
