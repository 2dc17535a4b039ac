public import Text

extension Database {
    /// Returns the changed keys of a topic that a transaction sees, and that are not in this process's memory: another
    /// process has committed the changes, and the follower has not taken them up, or is about to. Returns nil if all keys
    /// may have changed.
    ///
    /// A program that follows nothing gets its own changes too.
    public func unseenKeys(of topic: String, _ transaction: Transaction) throws(DatabaseError) -> Set<ExactText>? {
        let known = contact.known
        var (keys, isAll): (Set<ExactText>, Bool) = ([], false)
        let rows = try transaction.all(
            "SELECT version, topic, key FROM store_change WHERE version > $1 AND topic IN ($2, $3) LIMIT $4",
            .integer(known.version), .text(topic), .text(ChangeTable.everything.topic), .integer(ChangeTable.most)
        ) { row throws(DatabaseError) in (version: row.integer(0), topic: row.text(1), key: row.text(2)) }
        for row in rows where !known.own.contains(row.version) {
            isAll = isAll || !row.topic.isExactly(topic)
            keys.insert(ExactText(row.key))
        }
        return isAll || rows.count == ChangeTable.most ? nil : keys
    }
}
