public import Databases
public import Organizations
public import Snapshots
public import Time

/// Grants, suspensions, and who was seen: durable, and published as one snapshot after each commit.
public final class AccessStore: Sendable {
    public let snapshots: Published<AccessSnapshot>
    let database: Database
    let now: @Sendable () -> Timestamp

    public static let schema = Schema(
        component: "access",
        migrations: [
            """
            CREATE TABLE access_grant (
                id TEXT NOT NULL PRIMARY KEY, organization TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
                email TEXT, role TEXT NOT NULL, source TEXT NOT NULL, created_at INTEGER NOT NULL,
                UNIQUE (organization, issuer, subject, role)
            ) STRICT;
            CREATE TABLE suspension (
                organization TEXT NOT NULL, identity TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
                email TEXT, created_at INTEGER NOT NULL,
                PRIMARY KEY (organization, identity)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE person_seen (
                organization TEXT NOT NULL, identity TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
                provider TEXT NOT NULL, verified_email TEXT, email TEXT, seen_at INTEGER NOT NULL,
                -- Sealed.
                claims BLOB NOT NULL,
                PRIMARY KEY (organization, identity)
            ) STRICT;
            """
        ])

    /// Loads the snapshot. Blocks: for start-up and commands.
    public init(
        database: Database, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) throws(DatabaseError) {
        self.database = database
        self.now = now
        snapshots = Published(.empty)
        try refresh()
    }

    /// Reads the snapshot anew; for ``Databases/Database/follow(every:_:)``.
    public func refresh() throws(DatabaseError) {
        snapshots.publish(
            try database.readBlocking { transaction throws(DatabaseError) in try AccessStore.read(transaction) })
    }

    static func read(_ transaction: Transaction) throws(DatabaseError) -> AccessSnapshot {
        AccessSnapshot(grants: try grants(nil, transaction), suspensions: try suspensions(nil, transaction))
    }

    /// - Parameter organization: `nil` for all.
    public static func grants(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT id, organization, issuer, subject, email, role, source, created_at FROM access_grant
            WHERE $1 = '' OR organization = $1 ORDER BY organization, created_at, id
            """, .text(organization?.text ?? "")
        ) { row throws(DatabaseError) in
            guard let organization = OrganizationID(row.text(1)), let role = Role(rawValue: row.text(5)),
                let source = Grant.Source(rawValue: row.text(6))
            else { throw DatabaseError(.failed, cause: "a grant cannot be read") }
            return Grant(
                id: row.text(0), organization: organization, issuer: row.text(2), subject: row.text(3),
                email: row.optionalText(4), role: role, source: source,
                createdAt: Timestamp(seconds: Int64(row.integer(7))))
        }
    }

    /// - Parameter organization: `nil` for all.
    public static func suspensions(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Suspension] {
        try transaction.all(
            """
            SELECT organization, identity, issuer, subject, email, created_at FROM suspension
            WHERE $1 = '' OR organization = $1 ORDER BY organization, created_at, identity
            """, .text(organization?.text ?? "")
        ) { row throws(DatabaseError) in
            guard let organization = OrganizationID(row.text(0)), let identity = IdentityID(row.text(1)) else {
                throw DatabaseError(.failed, cause: "a suspension cannot be read")
            }
            return Suspension(
                organization: organization, identity: identity, issuer: row.text(2), subject: row.text(3),
                email: row.optionalText(4), createdAt: Timestamp(seconds: Int64(row.integer(5))))
        }
    }
}

/// Why access is not changed.
public enum AccessRefusal: Error, Sendable, Hashable {
    /// There is no such grant.
    case notFound
    /// Nobody could manage the organization any more.
    case wouldLockOut
}
