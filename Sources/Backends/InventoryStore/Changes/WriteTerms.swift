package import Databases
package import HTTPMessage
package import Identities
package import Inventory

/// The terms of a write: the publisher's authority, and the request's conditions on the state of what it changes. Both
/// are decided inside the transaction, by the state that the write changes.
package struct WriteTerms: Sendable {
    /// What a request's conditions are about.
    package enum Target: Sendable {
        case inventory
        case workspace(String)
    }

    package let organization: OrganizationID
    package let authorization: any WriteAuthorization
    private let target: Target
    private let preconditions: Preconditions

    package init(
        _ organization: OrganizationID, _ target: Target = .inventory, if authorization: any WriteAuthorization,
        when preconditions: Preconditions
    ) {
        self.organization = organization
        self.target = target
        self.authorization = authorization
        self.preconditions = preconditions
    }

    /// Returns the reason for refusing the write, or nil if it may go on. The authority is checked first.
    package func refusal(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal? {
        if let refusal = try authorization.refusal(transaction) { return refusal }
        return try unmetCondition(transaction)
    }

    /// Returns `preconditionFailed` if the conditions do not fit the current state.
    package func unmetCondition(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal? {
        guard !preconditions.isEmpty else { return nil }
        let state = try InventoryState.read(organization, transaction)
        let rows = state.map { InventoryRows(transaction: transaction, generation: $0.generation) }
        let isMet: Bool
        switch target {
        case .inventory:
            let tag = RepresentationTag.inventory(state)
            isMet = preconditions.permitWrite(of: EntityTag(tag), exists: try rows?.hasContent() ?? false)
        case .workspace(let id):
            let tag = try rows?.tag(ofWorkspace: id, in: organization)
            isMet = preconditions.permitWrite(of: tag.map { EntityTag($0) }, exists: tag != nil)
        }
        return isMet ? nil : .preconditionFailed
    }
}

extension InventoryRows {
    /// Returns true if the inventory has a workspace or a role. An empty inventory counts as absent.
    func hasContent() throws(DatabaseError) -> Bool {
        for table in ["inventory_workspace", "inventory_role"] {
            let isThere = try transaction.first("SELECT 1 FROM \(table) WHERE generation = $1 LIMIT 1", key) {
                _ throws(DatabaseError) in true
            }
            if isThere != nil { return true }
        }
        return false
    }

    /// Returns the entity tag of a workspace in the publishers' format, or nil if the workspace does not exist.
    package func tag(ofWorkspace id: String, in organization: OrganizationID) throws(DatabaseError) -> String? {
        try transaction.first(
            "SELECT tag FROM inventory_workspace WHERE generation = $1 AND id = $2", key, .text(id)
        ) { row throws(DatabaseError) in RepresentationTag.workspace(id, in: organization, version: row.integer(0)) }
    }
}

extension RepresentationTag {
    /// The entity tag of a whole inventory in the publishers' format.
    ///
    /// - Parameter state: nil if nothing was ever published.
    package static func inventory(_ state: InventoryState?) -> String { make(version: state?.tag ?? 0, "inventory") }

    /// The entity tag of a workspace in the publishers' format.
    ///
    /// - Parameter version: the `tag` of the workspace's row.
    static func workspace(_ id: String, in organization: OrganizationID, version: Int) -> String {
        make(version: version, organization.text, "inventory", id)
    }
}
