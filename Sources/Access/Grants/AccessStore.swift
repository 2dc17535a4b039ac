internal import ClaimMapping
internal import Cryptography
public import Databases
internal import Identities
public import Policy
public import Snapshots
internal import Synchronization
internal import Text
public import Time

/// The store of grants, suspensions, invitations, stored rules and last sign-ins. The state that decisions depend on is
/// published as one snapshot after each commit.
public final class AccessStore: Sendable {
    public let snapshots: Published<AccessSnapshot>
    /// The settings in force. A decision inside a transaction reads them there.
    public let settings: Published<AccessSettings>
    public let database: Database
    /// The calendar clock.
    public let now: @Sendable () -> Timestamp
    /// The rows that end with access.
    let dependents: any AccessDependents
    /// Serializes changes of an organization's rules in this process, because each change is prepared for the rules
    /// that the previous one left.
    let mappingTurns = Turns<OrganizationID>()
    /// What this process has published while changes of other processes are read; nil at other times.
    let publishedMeanwhile = Mutex<ChangedAccess?>(nil)
    /// The storing of evaluations that is under way; nil for none.
    let keeping = Mutex<Task<Void, Never>?>(nil)

    /// Loads the snapshot. Blocks: for start-up and commands.
    ///
    /// - Parameters:
    ///   - settings: the settings in force; a reload publishes others in ``settings``.
    ///   - dependents: the rows that end with access.
    public init(
        database: Database, under settings: AccessSettings, dependents: any AccessDependents,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) throws(DatabaseError) {
        self.database = database
        self.dependents = dependents
        self.settings = Published(settings)
        self.now = now
        snapshots = Published(.empty)
        try completeGrants()
        try refresh()
    }

    /// The state that decides access now.
    public var state: AccessState {
        AccessState(rules: settings.read().value.rules, snapshot: snapshots.read().value)
    }

    /// Reads the whole snapshot again.
    public func refresh() throws(DatabaseError) { try takeUp(.all) }

    /// Reads the snapshot of a store that is not changed, for commands.
    public static func snapshot(of database: Database) throws(DatabaseError) -> AccessSnapshot {
        try database.readBlocking { transaction throws(DatabaseError) in try AccessStore.read(transaction) }
    }

    static func read(_ transaction: Transaction) throws(DatabaseError) -> AccessSnapshot {
        AccessSnapshot(
            grants: try grants(RowSelection.all, transaction),
            suspensions: try suspensions(RowSelection.all, transaction),
            mappings: try mappings(RowSelection.all, transaction).mapValues { PreparedRules($0) })
    }

    /// Returns true if a text has the form of an id that ``makeID(at:)`` makes.
    public static func isID(_ text: String) -> Bool { Base64URL.decode(text)?.count == 12 }

    /// Makes a new row id: 32 bits of time and 64 random bits. Ids of one time are adjacent in the index, so that many
    /// of them are written as one page. An id never begins with a hyphen, which commands would parse as an option.
    public static func makeID(at moment: Timestamp) throws(DatabaseError) -> String {
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
