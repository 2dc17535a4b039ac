extension Database {
    /// Returns true if a transaction sees a change that is not in this process's memory: another process has committed it,
    /// and the follower has not taken it up yet.
    ///
    /// A program that follows nothing gets true for its own changes too.
    public func isUnseen(_ change: StoreChange, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let known = contact.known
        return try transaction.contains(
            """
            SELECT version FROM store_change
            WHERE version > $1 AND (topic = $2 AND key = $3 OR topic = $4)
            """, .integer(known.version), .text(change.topic), .text(change.key),
            .text(ChangeTable.everything.topic)
        ) { row throws(DatabaseError) in !known.own.contains(row.integer(0)) }
    }
}
