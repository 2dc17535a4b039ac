internal import ClaimMapping
internal import Cryptography
public import Databases
public import Organizations
public import Snapshots
internal import Text
public import Time

/// Grants, suspensions, invitations, stored claim mappings, and who was seen: durable, and what decisions depend on
/// published as one snapshot after each commit.
public final class AccessStore: Sendable {
    public let snapshots: Published<AccessSnapshot>
    let database: Database
    let now: @Sendable () -> Timestamp
    /// Changes of an organization's rows in this process come one after the other: each is prepared for the rows that the
    /// one before leaves.
    let mappingTurns = Turns<OrganizationID>()

    /// Loads the snapshot. Blocks: for start-up and commands.
    public init(
        database: Database, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) throws(DatabaseError) {
        self.database = database
        self.now = now
        snapshots = Published(.empty)
        try completeGrants()
        try refresh()
    }

    /// Reads the snapshot anew; for ``Databases/Database/follow(every:_:)``.
    public func refresh() throws(DatabaseError) {
        while true {
            let version = snapshots.version
            let snapshot = try database.readBlocking { transaction throws(DatabaseError) in
                try AccessStore.read(transaction)
            }
            // What this process committed meanwhile must not be covered by what was read before.
            if snapshots.publish(snapshot, ifStill: version) { return }
        }
    }

    private static func read(_ transaction: Transaction) throws(DatabaseError) -> AccessSnapshot {
        AccessSnapshot(
            grants: try grants(nil, transaction), suspensions: try suspensions(nil, transaction),
            mappings: try mappings(nil, transaction).mapValues { MappingRows($0) })
    }

    /// One transaction; what is refused leaves nothing behind, and what is kept is published before the answer.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try await database.decide { transaction throws(DatabaseError) in
            try body(moment, transaction).forWriter(snapshots)
        }
    }

    /// The same for commands.
    func changeBlocking<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try database.decideBlocking { transaction throws(DatabaseError) in
            try body(moment, transaction).forWriter(snapshots)
        }
    }

    /// A new id for a row: 32 bits of time, so that rows of one time stand together in their index and many of them are
    /// one page to write, and 64 random ones. It does not begin with a hyphen, which commands would take for an option.
    static func makeID(at moment: Timestamp) throws(DatabaseError) -> String {
        do {
            let seconds = UInt32(truncatingIfNeeded: moment.seconds)
            let time = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: seconds >> $0) }
            let id = Base64URL.encode(time + (try RandomBytes.make(8)))
            return id.dropping(exactly: "-").map { "0\($0)" } ?? id
        } catch {
            throw DatabaseError(.failed, cause: "no random bytes: \(error)")
        }
    }
}

/// What a change of access came to, inside its transaction.
enum ChangeOutcome<Value: Sendable>: Sendable {
    case kept(Value, [AccessChange])
    case refused(AccessRefusal)

    fileprivate func forWriter(_ snapshots: Published<AccessSnapshot>) -> WriteOutcome<Value, AccessRefusal> {
        switch self {
        case .refused(let refusal): .refuse(refusal)
        case .kept(let value, let changes) where changes.isEmpty: .commit(value)
        case .kept(let value, let changes):
            .commit(value, publish: { snapshots.update { for change in changes { $0.apply(change) } } })
        }
    }
}

/// Why access is not changed.
public enum AccessRefusal: Error, Sendable, Hashable {
    /// There is nothing of this id.
    case notFound
    /// Nobody could manage the organization any more.
    case wouldLockOut
    /// The session or the token of the caller has ended.
    case signedOut
    /// Whoever asks may not do this any more.
    case notPermitted(isMember: Bool)
    /// One's own role would go, and one has not said that one means it.
    case losesOwnRole
    /// The rows are not those any more that the change was made for.
    case changedMeanwhile
    /// An organization has as many rows as it may have.
    case tooMany
    /// An address is invited already, with another role.
    case invitedOtherwise(Role)
    /// As many were invited today as may be; seconds until one more may be.
    case tooManyToday(retryAfter: Int)
    /// The invitation is in a state in which this cannot be done to it.
    case closed(Invitation.State)
    /// The invitation is somebody else's.
    case notInvited(InvitationMismatch)
}
