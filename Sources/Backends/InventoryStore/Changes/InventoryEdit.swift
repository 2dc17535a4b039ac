package import Databases
package import Identities
package import Inventory
package import Time

/// Changes of an inventory that are ready to be applied in a transaction, or the refusal of their content.
package struct InventoryEdit: Sendable {
    package let organization: OrganizationID
    /// The time of the publication.
    package let moment: Timestamp
    private let changes: Result<(changes: [InventoryChange], paths: [String]), InventoryRefusal>
    private let needed: String?
    private let definitions: MetricDefinitions
    private let license: License

    /// - Parameters:
    ///   - changes: the changes, with the JSON Pointer of each in the request's document.
    ///   - needed: the workspace that must exist; nil if none must.
    ///   - definitions: the organization's definitions in force.
    ///   - license: the organization's license in force.
    ///   - moment: the time of the publication.
    package init(
        _ organization: OrganizationID,
        _ changes: Result<(changes: [InventoryChange], paths: [String]), InventoryRefusal>,
        needing needed: String? = nil, by definitions: MetricDefinitions, under license: License, at moment: Timestamp
    ) {
        self.organization = organization
        self.changes = changes
        self.needed = needed
        (self.definitions, self.license, self.moment) = (definitions, license, moment)
    }

    /// Applies the changes. If they are refused, the caller must undo what they wrote.
    package func apply(_ transaction: Transaction) throws(DatabaseError) -> Result<CommittedChange, InventoryRefusal> {
        let list: [InventoryChange]
        let paths: [String]
        switch changes {
        case .failure(let refusal): return .failure(refusal)
        case .success(let parsed): (list, paths) = parsed
        }
        var editor = try InventoryEditor(organization, by: definitions, at: moment, transaction)
        for (change, path) in zip(list, paths) where !editor.faults.isFull {
            try editor.apply(change, at: path)
        }
        let change = try editor.finish(under: license)
        return editor.faults.isEmpty ? .success(change) : .failure(.content(editor.faults.faults))
    }

    /// Returns `notFound` if the needed workspace does not exist.
    package func missing(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal? {
        guard let needed else { return nil }
        guard let state = try InventoryState.read(organization, transaction) else { return .notFound }
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        return try rows.number(ofWorkspace: needed) == nil ? .notFound : nil
    }
}
