package import Databases
internal import Inventory
internal import Text

/// Counting of members: in their workspace, and as distinct people of the organization.
extension InventoryEditor {
    /// Counts a member whose row has just changed.
    mutating func count(
        _ address: String, in number: Int, from old: MemberCapabilities, to new: MemberCapabilities
    ) throws(DatabaseError) {
        touched[number]?.counts.add(old, times: -1)
        touched[number]?.counts.add(new, times: 1)
        if old.contains(.owns) || new.contains(.owns) { touched[number]?.hasNewOwners = true }
        try countPerson(address, from: old, to: new)
    }

    /// Updates the numbers of distinct people after the row of one membership changed.
    mutating func countPerson(
        _ address: String, from old: MemberCapabilities, to new: MemberCapabilities
    ) throws(DatabaseError) {
        for column in CapabilityColumn.ofPeople {
            switch (old.contains(column.capability), new.contains(column.capability)) {
            case (false, true): try countGain(of: column, by: address, rows: 1)
            case (true, false): try countLoss(of: column, by: address)
            default: break
            }
        }
    }

    /// Counts a person who gained a capability in some memberships, unless another membership gave it before.
    private mutating func countGain(
        of column: CapabilityColumn, by address: String, rows gained: Int
    ) throws(DatabaseError) {
        if try rows.memberships(of: address, with: column, upTo: gained + 1) == gained {
            state.distinct[column.capability] += 1
        }
    }

    /// Stops counting a person who lost a capability, unless another membership still gives it.
    private mutating func countLoss(of column: CapabilityColumn, by address: String) throws(DatabaseError) {
        if try rows.memberships(of: address, with: column, upTo: 1) == 0 { state.distinct[column.capability] -= 1 }
    }

    // MARK: Roles

    mutating func put(_ role: WorkspaceRole) throws(DatabaseError) {
        let old = try roles.of(role.id) ?? []
        let number =
            if let known = try rows.number(ofRole: role.id) { known } else {
                try nextNumber(of: "inventory_role")
            }
        let new = try roles.put(role, number: number)
        for column in CapabilityColumn.all where old.contains(column.capability) != new.contains(column.capability) {
            let isGained = new.contains(column.capability)
            let changed = try rows.set(column, isGained, ofMembersWith: role.id)
            var people: [ExactText: Int] = [:]
            for (number, address) in changed {
                try touch(number)
                touched[number]?.counts.add(column.capability, times: isGained ? 1 : -1)
                if column.capability == .owns { touched[number]?.hasNewOwners = true }
                people[ExactText(address), default: 0] += 1
            }
            guard column.countsPeople else { continue }
            for (address, count) in people {
                if isGained {
                    try countGain(of: column, by: address.text, rows: count)
                } else {
                    try countLoss(of: column, by: address.text)
                }
            }
        }
    }

    mutating func deleteRole(_ id: String, at path: String) throws(DatabaseError) {
        guard let number = try rows.number(ofRole: id) else { return }
        // A role can be deleted only if no member has it.
        guard try !rows.hasMember(with: id) else {
            fault(path, "members still have this role")
            return
        }
        try roles.delete(id, number: number)
    }

    // MARK: Recount

    /// Counts the next members again by the current definitions.
    ///
    /// Counts follow the members' stored capabilities, so that other changes may come between two calls.
    package mutating func recount(atMost limit: Int) throws(DatabaseError) {
        guard let place = state.recounted else { return }
        let members = try rows.members(after: place, limit: limit)
        for member in members {
            let new = member.isActive ? try roles.of(rows.roles(ofMember: member.place)) : []
            guard new != member.capabilities else { continue }
            try touch(member.place.workspace)
            try rows.set(new, ofMember: member.place)
            try count(member.place.address, in: member.place.workspace, from: member.capabilities, to: new)
        }
        state.recounted = members.count < limit ? nil : members.last?.place
    }
}

/// A column of members and roles that holds a capability.
struct CapabilityColumn: Sendable {
    let name: String
    let capability: MemberCapabilities
    /// True if distinct people with the capability are counted.
    let countsPeople: Bool

    static let ofPeople = [
        CapabilityColumn(name: "edits", capability: .editsWorkflows, countsPeople: true),
        CapabilityColumn(name: "operates", capability: .operatesCases, countsPeople: true),
    ]
    static let all = ofPeople + [CapabilityColumn(name: "owns", capability: .owns, countsPeople: false)]
}

/// The capabilities of an organization's roles inside a transaction, each read once.
struct RoleCapabilities {
    private let rows: InventoryRows
    private let definitions: MetricDefinitions
    private var known: [ExactText: MemberCapabilities?] = [:]

    init(_ rows: InventoryRows, _ definitions: MetricDefinitions) {
        self.rows = rows
        self.definitions = definitions
    }

    /// Returns a role's capabilities, or nil if the role does not exist.
    mutating func of(_ id: String) throws(DatabaseError) -> MemberCapabilities? {
        if let capabilities = known[ExactText(id)] { return capabilities }
        let capabilities = try rows.capabilities(ofRole: id)
        known[ExactText(id)] = .some(capabilities)
        return capabilities
    }

    mutating func of(_ ids: [String]) throws(DatabaseError) -> MemberCapabilities {
        var capabilities: MemberCapabilities = []
        for id in ids { capabilities.formUnion(try of(id) ?? []) }
        return capabilities
    }

    /// Returns what a member may do: nothing unless active.
    mutating func of(_ member: WorkspaceMember) throws(DatabaseError) -> MemberCapabilities {
        member.status == .active ? try of(member.roles) : []
    }

    /// Stores a role, and returns its capabilities.
    mutating func put(_ role: WorkspaceRole, number: Int) throws(DatabaseError) -> MemberCapabilities {
        let capabilities = definitions.capabilities(ofRole: role.id, scopes: role.scopes)
        try rows.deleteRole(number: number)
        _ = try rows.insert(role, capabilities, number: number)
        known[ExactText(role.id)] = .some(capabilities)
        return capabilities
    }

    mutating func delete(_ id: String, number: Int) throws(DatabaseError) {
        try rows.deleteRole(number: number)
        known[ExactText(id)] = .some(nil)
    }

    /// Sets the capabilities of all roles by the current definitions.
    mutating func set() throws(DatabaseError) {
        for role in try rows.roles() {
            let capabilities = definitions.capabilities(ofRole: role.id, scopes: role.scopes)
            try rows.set(capabilities, ofRole: role.id)
            known[ExactText(role.id)] = .some(capabilities)
        }
    }
}
