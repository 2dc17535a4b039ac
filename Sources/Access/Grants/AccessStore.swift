internal import ClaimMapping
internal import Cryptography
public import Databases
public import Identities
public import Snapshots
internal import Text
public import Time

/// The store of grants, suspensions, invitations, stored rules and seen users. The state that decisions depend on is
/// published as one snapshot after each commit.
public final class AccessStore: Sendable {
    public let snapshots: Published<AccessSnapshot>
    let database: Database
    let now: @Sendable () -> Timestamp
    /// Serializes changes of an organization's rules in this process, because each change is prepared for the rules
    /// that the previous one left.
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

    /// Reads the snapshot again; for ``Databases/Database/follow(every:_:)``.
    public func refresh() throws(DatabaseError) {
        while true {
            let version = snapshots.version
            let snapshot = try database.readBlocking { transaction throws(DatabaseError) in
                try AccessStore.read(transaction)
            }
            // A snapshot read earlier must not replace what this process committed meanwhile.
            if snapshots.publish(snapshot, ifStill: version) { return }
        }
    }

    private static func read(_ transaction: Transaction) throws(DatabaseError) -> AccessSnapshot {
        AccessSnapshot(
            grants: try grants(nil, transaction), suspensions: try suspensions(nil, transaction),
            mappings: try mappings(nil, transaction).mapValues { MappingRows($0) })
    }

    /// Runs one transaction. A refused change is rolled back; a committed one is published before the call returns.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try await database.decide { transaction throws(DatabaseError) in
            try body(moment, transaction).forWriter(snapshots)
        }
    }

    /// Blocking variant of `change(_:)`, for command-line use.
    func changeBlocking<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try database.decideBlocking { transaction throws(DatabaseError) in
            try body(moment, transaction).forWriter(snapshots)
        }
    }

    /// Makes a new row id: 32 bits of time and 64 random bits. Ids of one time are adjacent in the index, so that many
    /// of them are written as one page. An id never begins with a hyphen, which commands would parse as an option.
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

/// The outcome of a change of access, inside its transaction.
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

/// The reason why a change of access is refused.
public enum AccessRefusal: Error, Sendable, Hashable {
    /// No object has this id.
    case notFound
    /// The organization would be left without a manager.
    case wouldLockOut
    /// The caller's session or token has ended.
    case signedOut
    /// The caller is no longer permitted to make this change.
    case notPermitted(isMember: Bool)
    /// The caller would lose or lower their own role, and has not confirmed that.
    case losesOwnRole
    /// The rules have changed since the change was prepared.
    case changedMeanwhile
    /// The organization has reached its limit of rules.
    case tooMany
    /// The address has a pending invitation with another role.
    case invitedOtherwise(Role)
    /// The daily limit of invitations is reached; the value is the seconds until the next one is allowed.
    case tooManyToday(retryAfter: Int)
    /// The invitation's state does not allow this change.
    case closed(Invitation.State)
    /// The invitation is for another user.
    case notInvited(InvitationMismatch)
}
