public import Text

/// One thing that a transaction has changed, for processes that keep it in memory.
public struct StoreChange: Sendable, Hashable {
    /// What was changed: the owner of the rows chooses a name.
    public let topic: String
    /// Which one of them.
    public let key: String

    public init(_ topic: String, _ key: String) {
        (self.topic, self.key) = (topic, key)
    }
}

/// The changes that a follower must take up.
public enum StoreChanges: Sendable, Hashable {
    /// What was changed is unknown: everything in memory is read again.
    case all
    case some(Set<StoreChange>)

    /// Returns the changed keys of a topic; nil if all may have changed.
    public func keys(of topic: String) -> Set<ExactText>? {
        guard case .some(let changes) = self else { return nil }
        var keys: Set<ExactText> = []
        for change in changes where change.topic.isExactly(topic) { keys.insert(ExactText(change.key)) }
        return keys
    }
}

/// One version of a store.
struct StoreVersion: Hashable {
    let number: Int
    /// A random text that the transaction has recorded. A database that has lost its last transactions uses their numbers
    /// again, and other marks. Empty if an older program wrote the version; nil if the mark is not known.
    let mark: String?

    static func == (one: StoreVersion, other: StoreVersion) -> Bool {
        guard one.number == other.number else { return false }
        guard let mark = one.mark, let otherMark = other.mark else { return true }
        return mark.isExactly(otherMark)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// What a poll has read.
struct ChangeReading {
    /// The store's version.
    let version: StoreVersion
    /// The recorded changes after the version that was asked for, in the order of their versions. Each transaction has
    /// recorded its mark, as the key of a change with an empty topic. The mark of the version asked for comes first.
    let changes: [(version: Int, change: StoreChange)]
}

/// The table `store_change`, in which each transaction records what it has changed.
enum ChangeTable {
    /// The number of the latest versions whose changes are kept.
    static let kept = 10_000
    /// The most changes that one reading takes; after more, everything is read again.
    static let most = 20_000
    /// The most changes that one transaction records one by one.
    static let mostRecorded = 1000
    /// The topic of a change that stands for all topics and keys.
    static let everything = StoreChange("*", "")

    /// Reads the store's version. A standby is refused: it is behind, and its connections outlive the primary's.
    static func version(_ transaction: Transaction) throws(DatabaseError) -> StoreVersion {
        let isStandby = transaction.dialect == .postgreSQL ? "pg_is_in_recovery()" : "0"
        let read = try transaction.first(
            """
            SELECT version, (SELECT max(key) FROM store_change WHERE version = store_version.version AND topic = ''),
                \(isStandby)
            FROM store_version
            """
        ) { row throws(DatabaseError) in
            (version: StoreVersion(number: row.integer(0), mark: row.text(1)), isStandby: row.boolean(2))
        }
        guard let read else { throw DatabaseError(.corrupt, cause: "store_version has no row") }
        if read.isStandby { throw DatabaseError(.readOnly, cause: "the server is a standby") }
        return read.version
    }

    /// Reads the version and the changes after another one, in one transaction.
    static func reading(after version: Int, _ transaction: Transaction) throws(DatabaseError) -> ChangeReading {
        let current = try self.version(transaction)
        guard current.number != version else { return ChangeReading(version: current, changes: []) }
        let changes = try transaction.all(
            """
            SELECT version, topic, key FROM store_change
            WHERE version > $1 AND version <= $2 OR version = $1 AND topic = '' ORDER BY version LIMIT $3
            """, .integer(version), .integer(current.number), .integer(most)
        ) { row throws(DatabaseError) in (row.integer(0), StoreChange(row.text(1), row.text(2))) }
        return ChangeReading(version: current, changes: changes)
    }

    /// Records the mark and the changes of a transaction, and deletes those that are old.
    static func record(
        _ changes: Set<StoreChange>, in stored: StoreVersion, on connection: any Connection
    ) throws(DatabaseError) {
        let insertion = "INSERT INTO store_change (version, topic, key) VALUES ($1, $2, $3)"
        let version = stored.number
        let mark = StoreChange("", stored.mark ?? "")
        for change in [mark] + (changes.count > mostRecorded ? [everything] : Array(changes)) {
            try connection.enqueue(insertion, [.integer(version), .text(change.topic), .text(change.key)])
        }
        if version % 256 == 0 {
            // A version may be any number in a store that was tampered with.
            let (oldest, isOutOfRange) = version.subtractingReportingOverflow(kept)
            if !isOutOfRange {
                try connection.enqueue("DELETE FROM store_change WHERE version <= $1", [.integer(oldest)])
            }
        }
    }
}
