internal import Cryptography
package import Databases
package import Identities
package import Text

/// What other processes are told of committed changes of one organization's inventory.
///
/// Each change has keys of the topic: `organization version`, and `organization version workspace` for each changed
/// workspace, whose id is in base64url. A change of too many workspaces, or of all, has `organization version *` instead.
package struct InventoryNotices: Sendable {
    package static let topic = "inventory"
    /// The most workspaces of one change that are named.
    private static let mostNamed = 100

    /// The versions of which all changed workspaces are known.
    package private(set) var versions: Set<Int> = []
    /// The ids of the workspaces that were changed, created or deleted in those versions.
    package private(set) var workspaces: Set<ExactText> = []
    private var unnamed: Set<Int> = []

    /// Nothing is known about what was changed.
    package static let unknown = InventoryNotices()

    private init() {}

    /// - Parameter workspaces: the ids of the changed workspaces; nil if all may have changed.
    static func note(
        _ version: Int, of organization: OrganizationID, changing workspaces: [String]?, _ transaction: Transaction
    ) {
        func note(_ rest: String) {
            transaction.note(StoreChange(topic, "\(organization.text) \(version)\(rest)"))
        }
        guard let workspaces, workspaces.count <= mostNamed else { return note(" *") }
        note("")
        for id in workspaces { note(" " + Base64URL.encode(id.utf8)) }
    }

    /// Reads changed keys of the topic.
    ///
    /// - Parameter keys: nil if any inventory may have changed.
    /// - Returns: the changed inventories; nil if any may have changed, also if a key cannot be read, which a newer program
    ///   may have recorded.
    package static func read(_ keys: Set<ExactText>?) -> [OrganizationID: InventoryNotices]? {
        guard let keys else { return nil }
        var found: [OrganizationID: InventoryNotices] = [:]
        for key in keys {
            let parts = key.text.split(at: " ").map { String($0) }
            guard 2...3 ~= parts.count, let organization = OrganizationID(parts[0]), let version = Int(parts[1]) else {
                return nil
            }
            var notices = found[organization] ?? InventoryNotices()
            if parts.count == 2 {
                notices.versions.insert(version)
            } else if parts[2].isExactly("*") {
                notices.unnamed.insert(version)
            } else {
                guard let id = Base64URL.decodeText(parts[2]) else { return nil }
                notices.workspaces.insert(ExactText(id))
            }
            notices.versions.subtract(notices.unnamed)
            found[organization] = notices
        }
        return found
    }
}

extension CommittedChange {
    /// Reads what other processes have committed, as one change.
    ///
    /// - Parameter notices: what is known about the changes. Versions that are missing there are not covered by the
    ///   change; see ``base``.
    package static func read(
        _ organization: OrganizationID, _ notices: InventoryNotices, _ transaction: Transaction
    ) throws(DatabaseError) -> CommittedChange {
        guard let state = try InventoryState.read(organization, transaction) else {
            return CommittedChange(state: InventoryState(generation: 0))
        }
        var base = state.version
        while base > 0, notices.versions.contains(base) { base -= 1 }
        guard base < state.version else { return CommittedChange(state: state, base: base) }
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        let changed = try rows.shown(notices.workspaces)
        let removed = notices.workspaces.subtracting(changed.map { ExactText($0.id) })
        return CommittedChange(state: state, base: base, changed: changed, removed: removed.map(\.text))
    }
}
