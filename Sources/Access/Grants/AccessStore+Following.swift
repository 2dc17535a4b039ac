internal import ClaimMapping
internal import Cryptography
public import Databases
internal import Identities
internal import Policy
internal import Snapshots
internal import Statements
internal import Synchronization
internal import Text

extension ChangedAccess {
    /// The changes of other processes, as far as they concern the snapshot. A key that cannot be read stands for all: a
    /// newer program may have recorded it.
    fileprivate init(_ changes: StoreChanges) {
        guard let grants = changes.keys(of: StoreChange.grant),
            let suspensions = changes.keys(of: StoreChange.suspension),
            let mappings = changes.keys(of: StoreChange.mapping)
        else {
            self = .all
            return
        }
        self.init(
            users: Set(grants.compactMap { StoreChange.user(of: $0.text) }),
            suspensions: Set(suspensions.compactMap { OrganizationID($0.text) }),
            mappings: Set(mappings.compactMap { OrganizationID($0.text) }))
        if users.count < grants.count || self.suspensions.count < suspensions.count
            || self.mappings.count < mappings.count
        {
            self = .all
        }
    }
}

/// Rows of the snapshot, as one transaction has read them.
private struct AccessRows {
    private let changed: ChangedAccess
    /// All rows, if all may have changed.
    private var snapshot = AccessSnapshot.empty
    private var grants: [OrganizationUser: [Grant]] = [:]
    private var suspensions: [OrganizationID: [Suspension]] = [:]
    private var mappings: [OrganizationID: [Mapping]] = [:]

    /// Reads the rows with one statement for many of them.
    init(_ changed: ChangedAccess, _ transaction: Transaction) throws(DatabaseError) {
        self.changed = changed
        if changed.isAll { snapshot = try AccessStore.read(transaction) }
        for users in ValueList.parts(of: changed.users) {
            for grant in try AccessStore.grants(RowSelection(users), transaction) {
                let user = OrganizationUser(organization: grant.organization, user: grant.identity)
                grants[user, default: []].append(grant)
            }
        }
        for organizations in ValueList.parts(of: changed.suspensions) {
            for suspension in try AccessStore.suspensions(RowSelection(organizations), transaction) {
                suspensions[suspension.organization, default: []].append(suspension)
            }
        }
        for organizations in ValueList.parts(of: changed.mappings) {
            mappings.merge(try AccessStore.mappings(RowSelection(organizations), transaction)) { _, new in new }
        }
    }

    /// Replaces the rows of a snapshot.
    func apply(to former: AccessSnapshot, _ rules: [OrganizationID: PreparedRules]) -> AccessSnapshot {
        if changed.isAll { return snapshot }
        var snapshot = former
        for user in changed.users { snapshot.replaceGrants(of: user.user, in: user.organization, grants[user] ?? []) }
        for organization in changed.suspensions {
            snapshot.apply(.suspensions(organization, suspensions[organization] ?? []))
        }
        for organization in changed.mappings {
            snapshot.apply(.mappings(organization, rules[organization] ?? .none))
        }
        return snapshot
    }

    /// The stored rules that were read, prepared for decisions.
    var rules: [OrganizationID: PreparedRules] { mappings.mapValues { PreparedRules($0) } }
}

/// What other processes are told about a change of access, and what this one takes up from them.
extension AccessStore {
    /// Takes up what other processes have changed; for ``Databases/Database/follow(every:_:)``.
    ///
    /// A commit of this process that is published during the read stays in force, because the rows may be older. The
    /// follower then passes the changes of that commit on too, with the next poll.
    public func takeUp(_ changes: StoreChanges) throws(DatabaseError) {
        let changed = ChangedAccess(changes)
        if changed.isEmpty { return }
        publishedMeanwhile.withLock { $0 = ChangedAccess() }
        let rows = try database.readBlocking { transaction throws(DatabaseError) in
            try AccessRows(changed, transaction)
        }
        let rules = rows.rules
        snapshots.update { snapshot in
            let former = snapshot
            snapshot = rows.apply(to: former, rules)
            publishedMeanwhile.withLock { own in
                snapshot.keep(own ?? ChangedAccess(), as: former)
                own = nil
            }
        }
    }

    /// Publishes committed changes of this process.
    func publish(_ changes: [AccessChange]) {
        snapshots.update { snapshot in
            for change in changes { snapshot.apply(change) }
            publishedMeanwhile.withLock { own in for change in changes { own?.insert(change) } }
        }
    }
}

extension StoreChange {
    static let grant = "grant"
    static let suspension = "suspension"
    static let mapping = "mapping"

    init(_ change: AccessChange) {
        switch change {
        case .granted(let grant), .revoked(let grant):
            // No part contains a space after its encoding.
            let parts = [grant.identity.issuer.text, grant.identity.subject.text].map { Base64URL.encode($0.utf8) }
            self.init(StoreChange.grant, ([grant.organization.text] + parts).joined(separator: " "))
        case .suspensions(let organization, _): self.init(StoreChange.suspension, organization.text)
        case .mappings(let organization, _): self.init(StoreChange.mapping, organization.text)
        }
    }

    /// Returns the user of a grant's key.
    fileprivate static func user(of key: String) -> OrganizationUser? {
        let parts = key.split(at: " ")
        guard parts.count == 3, let organization = OrganizationID(String(parts[0])),
            let issuer = Base64URL.decodeText(String(parts[1])), let subject = Base64URL.decodeText(String(parts[2]))
        else { return nil }
        return OrganizationUser(
            organization: organization,
            user: Identity(issuer: Issuer(issuer), subject: Subject(subject)))
    }
}
