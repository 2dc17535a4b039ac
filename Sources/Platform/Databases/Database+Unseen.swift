public import Text

extension Database {
    /// Returns the changed keys of a topic that a transaction sees, and that are not in this process's memory: another
    /// process has committed the changes, and the follower has not taken them up, or is about to. Returns nil if all keys
    /// may have changed.
    public func unseenKeys(of topic: String, _ transaction: Transaction) throws(DatabaseError) -> Set<ExactText>? {
        let known = contact.known
        let store = try transaction.first("SELECT version, (SELECT min(version) FROM store_change) FROM store_version")
        {
            row throws(DatabaseError) in (version: row.integer(0), oldest: row.optionalInteger(1) ?? .max)
        }
        // The store may have lost transactions, and old records are deleted.
        guard let store, store.version >= known.version,
            store.version == known.version || store.oldest <= known.version &+ 1
        else { return nil }
        let rows = try transaction.all(
            "SELECT version, topic, key FROM store_change WHERE version > $1 AND topic IN ('', $2, $3) LIMIT $4",
            .integer(known.version), .text(topic), .text(ChangeTable.everything.topic), .integer(ChangeTable.most)
        ) { row throws(DatabaseError) in (version: row.integer(0), topic: row.text(1), key: row.text(2)) }
        guard rows.count < ChangeTable.most else { return nil }
        var keys: Set<ExactText> = []
        for row in rows {
            if let mark = known.own[row.version] {
                if row.topic.isEmpty, !row.key.isExactly(mark) { return nil }
            } else if !row.topic.isEmpty {
                guard row.topic.isExactly(topic) else { return nil }
                keys.insert(ExactText(row.key))
            }
        }
        return keys
    }
}
