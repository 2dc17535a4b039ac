package import Databases
package import Identities

extension InventoryState {
    /// Returns the organization's last committed version; zero if nothing was ever published.
    package static func version(
        of organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Int {
        try transaction.first(
            "SELECT version FROM inventory WHERE organization = $1", .text(organization.text)
        ) { row throws(DatabaseError) in row.integer(0) } ?? 0
    }

    /// Returns true if the organization has a workspace.
    package static func hasWorkspaces(
        _ organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM inventory i JOIN inventory_workspace w ON w.generation = i.generation
            WHERE i.organization = $1 LIMIT 1
            """, .text(organization.text)
        ) { _ in true } ?? false
    }

    /// Returns all organizations that ever published, in their order. A stored text that is no id is left out.
    package static func organizations(_ transaction: Transaction) throws(DatabaseError) -> [OrganizationID] {
        try transaction.all("SELECT organization FROM inventory ORDER BY organization") { row in row.text(0) }
            .compactMap { OrganizationID($0) }
    }

    /// Returns the next organizations after one, in their order; fewer than the limit only at the end. A stored text
    /// that is no id is left out.
    package static func organizations(
        after last: OrganizationID?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [OrganizationID] {
        var found: [OrganizationID] = []
        var (place, isEnd) = (last?.text ?? "", false)
        while found.count < limit, !isEnd {
            let missing = limit - found.count
            let texts = try transaction.all(
                "SELECT organization FROM inventory WHERE organization > $1 ORDER BY organization LIMIT $2",
                .text(place), .integer(missing)
            ) { row throws(DatabaseError) in row.text(0) }
            found += texts.compactMap { OrganizationID($0) }
            (place, isEnd) = (texts.last ?? place, texts.count < missing)
        }
        return found
    }

    /// Returns the organizations whose members are not all counted by their definitions in force.
    ///
    /// - Parameter definitions: the ``MetricDefinitions/storedText`` of an organization's definitions in force.
    package static func outdated(
        _ transaction: Transaction, by definitions: (OrganizationID) -> String
    ) throws(DatabaseError) -> [OrganizationID] {
        try transaction.all("SELECT organization, definitions, recounted_workspace FROM inventory") {
            row throws(DatabaseError) in
            OrganizationID(row.text(0)).flatMap { organization in
                let isCurrent = row.optionalInteger(2) == nil && row.text(1) == definitions(organization)
                return isCurrent ? nil : organization
            }
        }.compactMap(\.self)
    }
}
