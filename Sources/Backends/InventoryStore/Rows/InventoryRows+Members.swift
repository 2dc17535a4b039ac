package import Databases
internal import Identities
package import Inventory
internal import Statements
internal import Text

/// The rows of members, their roles and their capabilities.
extension InventoryRows {
    /// A membership as a recount reads it.
    struct CountedMember {
        let place: InventoryState.MemberPlace
        let isActive: Bool
        let capabilities: MemberCapabilities
    }

    /// Inserts a member without roles, or replaces the one with this address.
    package func put(
        _ member: WorkspaceMember, _ capabilities: MemberCapabilities, workspace: Int, position: Int
    ) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO inventory_member
                (generation, workspace, address, position, email, name, status, edits, operates, owns)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (generation, workspace, address) DO UPDATE SET email = excluded.email, name = excluded.name,
                status = excluded.status, edits = excluded.edits, operates = excluded.operates, owns = excluded.owns
            """, key, .integer(workspace), .text(member.email.text), .integer(position),
            .text(member.email.spelling), .text(member.name), .text(member.status.rawValue),
            .capability(.editsWorkflows, capabilities), .capability(.operatesCases, capabilities),
            .capability(.owns, capabilities))
    }

    package func insertRoles(of member: WorkspaceMember, workspace: Int) throws(DatabaseError) {
        let address = SQLValue.text(member.email.text)
        for (position, role) in member.roles.enumerated() {
            try transaction.execute(
                "INSERT INTO inventory_member_role VALUES ($1, $2, $3, $4, $5)", key, .integer(workspace), address,
                .integer(position), .text(role))
        }
    }

    func deleteRoles(ofMember address: String, workspace: Int) throws(DatabaseError) {
        try transaction.execute(
            "DELETE FROM inventory_member_role WHERE generation = $1 AND workspace = $2 AND address = $3", key,
            .integer(workspace), .text(address))
    }

    func deleteMember(address: String, workspace: Int) throws(DatabaseError) {
        try deleteRoles(ofMember: address, workspace: workspace)
        try transaction.execute(
            "DELETE FROM inventory_member WHERE generation = $1 AND workspace = $2 AND address = $3", key,
            .integer(workspace), .text(address))
    }

    /// Returns a member's position and capabilities, or nil if the workspace has no such member.
    func member(
        _ address: String, workspace: Int
    ) throws(DatabaseError) -> (position: Int, capabilities: MemberCapabilities)? {
        try transaction.first(
            """
            SELECT position, edits, operates, owns FROM inventory_member
            WHERE generation = $1 AND workspace = $2 AND address = $3
            """, key, .integer(workspace), .text(address)
        ) { row throws(DatabaseError) in (row.integer(0), MemberCapabilities(row, from: 1)) }
    }

    /// Returns the members of a workspace that have a capability, by address.
    func capableMembers(ofWorkspace number: Int) throws(DatabaseError) -> [ExactText: MemberCapabilities] {
        var members: [ExactText: MemberCapabilities] = [:]
        try transaction.each(
            """
            SELECT address, edits, operates, owns FROM inventory_member
            WHERE generation = $1 AND workspace = $2 AND edits + operates + owns > 0
            """, key, .integer(number)
        ) { row throws(DatabaseError) in members[ExactText(row.text(0))] = MemberCapabilities(row, from: 1) }
        return members
    }

    /// Returns the owners of a workspace, in any order.
    func owners(ofWorkspace number: Int) throws(DatabaseError) -> [WorkspaceOwner] {
        try transaction.all(
            "SELECT email, name FROM inventory_member WHERE generation = $1 AND workspace = $2 AND owns = 1", key,
            .integer(number)
        ) { row throws(DatabaseError) in WorkspaceOwner(email: EmailAddress(row.text(0)), name: row.text(1)) }
    }

    /// Counts the memberships of a person that have a capability, and stops at a limit.
    func memberships(
        of address: String, with column: CapabilityColumn, upTo limit: Int
    ) throws(DatabaseError) -> Int {
        try transaction.first(
            InventoryRows.memberships(with: column, in: transaction.dialect), key, .text(address), .integer(limit)
        ) { row throws(DatabaseError) in row.integer(0) } ?? 0
    }

    /// The query for a person's memberships with a capability. It names the index, because SQLite would scan all members
    /// of the inventory for each person.
    static func memberships(with column: CapabilityColumn, in dialect: SQLDialect) -> String {
        """
        SELECT count(*) FROM (
            SELECT 1 FROM inventory_member \(dialect.using(index: "inventory_member_\(column.name)"))
            WHERE generation = $1 AND address = $2 AND \(column.name) = 1 LIMIT $3) AS memberships
        """
    }

    // MARK: Changes of roles

    func number(ofRole id: String) throws(DatabaseError) -> Int? {
        try transaction.first("SELECT number FROM inventory_role WHERE generation = $1 AND id = $2", key, .text(id)) {
            row throws(DatabaseError) in row.integer(0)
        }
    }

    /// Returns a role's capabilities, or nil if the role does not exist.
    func capabilities(ofRole id: String) throws(DatabaseError) -> MemberCapabilities? {
        try transaction.first(
            "SELECT edits, operates, owns FROM inventory_role WHERE generation = $1 AND id = $2", key, .text(id)
        ) { row throws(DatabaseError) in MemberCapabilities(row, from: 0) }
    }

    /// Returns true if a member of any workspace has a role.
    func hasMember(with role: String) throws(DatabaseError) -> Bool {
        try transaction.first(
            "SELECT 1 FROM inventory_member_role WHERE generation = $1 AND role = $2 LIMIT 1", key, .text(role)
        ) { _ in true } ?? false
    }

    /// Sets a capability of the members with a role, after the role gained or lost it. A member keeps a capability that
    /// another role gives.
    ///
    /// - Returns: the workspace and address of each changed member.
    func set(
        _ column: CapabilityColumn, _ isGained: Bool, ofMembersWith role: String
    ) throws(DatabaseError) -> [(workspace: Int, address: String)] {
        let name = column.name
        let condition =
            isGained
            ? "\(name) = 0 AND status = 'active'"
            : """
            \(name) = 1 AND NOT EXISTS (
                SELECT 1 FROM inventory_member_role other
                JOIN inventory_role r ON r.generation = other.generation AND r.id = other.role
                WHERE other.generation = $1 AND other.workspace = inventory_member.workspace
                    AND other.address = inventory_member.address AND r.\(name) = 1)
            """
        return try transaction.all(
            """
            UPDATE inventory_member SET \(name) = $3
            WHERE generation = $1 AND (workspace, address) IN (
                SELECT workspace, address FROM inventory_member_role WHERE generation = $1 AND role = $2)
                AND \(condition)
            RETURNING workspace, address
            """, key, .text(role), .boolean(isGained)
        ) { row throws(DatabaseError) in (row.integer(0), row.text(1)) }
    }

    // MARK: Recounts

    /// Returns the next members after a place, in the order of a recount.
    func members(
        after place: InventoryState.MemberPlace, limit: Int
    ) throws(DatabaseError) -> [CountedMember] {
        try transaction.all(
            """
            SELECT workspace, address, status, edits, operates, owns FROM inventory_member
            WHERE generation = $1 AND (workspace, address) > ($2, $3) ORDER BY workspace, address LIMIT $4
            """, key, .integer(place.workspace), .text(place.address), .integer(limit)
        ) { row throws(DatabaseError) in
            CountedMember(
                place: InventoryState.MemberPlace(workspace: row.integer(0), address: row.text(1)),
                isActive: row.text(2).isExactly(WorkspaceMember.Status.active.rawValue),
                capabilities: MemberCapabilities(row, from: 3))
        }
    }

    func roles(ofMember place: InventoryState.MemberPlace) throws(DatabaseError) -> [String] {
        try transaction.all(
            "SELECT role FROM inventory_member_role WHERE generation = $1 AND workspace = $2 AND address = $3", key,
            .integer(place.workspace), .text(place.address)
        ) { row throws(DatabaseError) in row.text(0) }
    }

    package func set(_ capabilities: MemberCapabilities, ofMember place: InventoryState.MemberPlace)
        throws(DatabaseError)
    {
        try transaction.execute(
            """
            UPDATE inventory_member SET edits = $4, operates = $5, owns = $6
            WHERE generation = $1 AND workspace = $2 AND address = $3
            """, key, .integer(place.workspace), .text(place.address), .capability(.editsWorkflows, capabilities),
            .capability(.operatesCases, capabilities), .capability(.owns, capabilities))
    }
}

extension MemberCapabilities {
    /// Reads the columns `edits`, `operates` and `owns`.
    init(_ row: Row, from column: Int) {
        self = []
        if row.boolean(column) { insert(.editsWorkflows) }
        if row.boolean(column + 1) { insert(.operatesCases) }
        if row.boolean(column + 2) { insert(.owns) }
    }
}

extension SQLValue {
    static func capability(_ one: MemberCapabilities, _ all: MemberCapabilities) -> SQLValue {
        .boolean(all.contains(one))
    }
}
