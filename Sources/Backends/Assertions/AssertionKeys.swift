public import Cryptography
public import Databases
internal import Snapshots
public import Time

/// The store of the keys that sign assertions. A key is made once, by one process, and all processes use it.
public final class AssertionKeys: Sendable {
    public static let schema = Schema(
        component: "assertions", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)

    private static let changeTopic = "assertion_key"

    private let database: Database
    private let now: @Sendable () -> Timestamp
    private let box: Published<SealedBox?>
    let current = Published(AssertionKeySet([]))

    /// - Parameter box: seals the private keys; without it there are no keys.
    public init(database: Database, sealingWith box: SealedBox?, now: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.now = now
        self.box = Published(box)
    }

    /// Replaces the sealing keys.
    public func seal(with box: SealedBox?) {
        self.box.publish(box)
        current.update { keys in keys = AssertionKeySet(keys.keys.map { $0.opened(with: box) }) }
    }

    /// The keys in force.
    public var keySet: AssertionKeySet { current.read().value }

    /// Reads the keys. Blocks; called by the database's follower.
    public func refresh() throws(DatabaseError) {
        let rows = try database.readBlocking { transaction throws(DatabaseError) in
            try AssertionKeys.rows(transaction)
        }
        take(rows)
    }

    /// Reads the keys again if another process has made one; for ``Databases/Database/follow(every:_:)``.
    public func takeUp(_ changes: StoreChanges) throws(DatabaseError) {
        if changes.keys(of: AssertionKeys.changeTopic)?.isEmpty != true { try refresh() }
    }

    /// Makes a key if one is due, and deletes those that are not published any more. Returns the keys in force, which are
    /// none only without a sealing key.
    @discardableResult
    public func maintain() async throws(DatabaseError) -> AssertionKeySet {
        guard let due = try due() else { return keySet }
        let result: Result<Void, Never> = try await database.decide { [self] transaction throws(DatabaseError) in
            let rows = try due.rows(transaction)
            return .commit((), publish: { self.take(rows) })
        }
        result.get()
        return keySet
    }

    /// Variant of ``maintain()`` for the start of the process, which blocks.
    public func maintainBlocking() throws(DatabaseError) {
        guard let due = try due() else { return }
        take(try database.writeBlocking { transaction throws(DatabaseError) in try due.rows(transaction) })
    }

    /// The key that is to be made; nil if none is due.
    private func due() throws(DatabaseError) -> Due? {
        let moment = now()
        guard let box = box.read().value, keySet.needsKey(at: moment) else { return nil }
        do throws(CryptographyError) {
            return Due(key: try AssertionKey.make(in: box, at: moment), box: box, moment: moment)
        } catch {
            throw DatabaseError(.failed, cause: "a key for assertions could not be made")
        }
    }

    /// A key that is to be made.
    private struct Due: Sendable {
        let key: AssertionKey
        let box: SealedBox
        let moment: Timestamp

        /// Stores the key if it is still needed, because another process may have made one. Returns all keys.
        func rows(_ transaction: Transaction) throws(DatabaseError) -> [AssertionKey] {
            let rows = try AssertionKeys.rows(transaction)
            let known = AssertionKeySet(rows.map { $0.opened(with: box) })
            guard known.needsKey(at: moment) else { return rows }
            let published = Set(known.published(at: moment).map(\.id))
            for key in rows where !published.contains(key.id) {
                try transaction.execute("DELETE FROM assertion_key WHERE id = $1", .text(key.id))
            }
            try transaction.execute(
                "INSERT INTO assertion_key (id, made_at, x, y, sealed) VALUES ($1, $2, $3, $4, $5)", .text(key.id),
                .integer(moment.seconds), .blob(key.x), .blob(key.y), .blob(key.sealed))
            transaction.note(StoreChange(AssertionKeys.changeTopic, ""))
            return try AssertionKeys.rows(transaction)
        }
    }

    private static func rows(_ transaction: Transaction) throws(DatabaseError) -> [AssertionKey] {
        try transaction.all("SELECT id, made_at, x, y, sealed FROM assertion_key ORDER BY made_at DESC, id LIMIT 100") {
            row throws(DatabaseError) in
            AssertionKey(
                id: row.text(0), madeAt: Timestamp(seconds: Int64(row.integer(1))), x: row.blob(2), y: row.blob(3),
                sealed: row.blob(4), key: nil)
        }
    }

    private func take(_ rows: [AssertionKey]) {
        let keys = AssertionKeySet(rows.map { $0.opened(with: box.read().value) })
        current.publish(keys)
    }
}
