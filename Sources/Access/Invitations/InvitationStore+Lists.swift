public import Audit
public import Databases
public import Grants
public import Identities
internal import People
internal import Time

extension InvitationStore {
    /// Invites several addresses in one transaction, on behalf of a manager. Each new invitation is an event of its own.
    ///
    /// - Returns: one outcome an entry, in order. A refusal concerns the manager, not an address.
    public func invite(
        _ entries: [InvitationEntry], for role: Role, to organization: OrganizationID, by manager: AccessActor,
        on terms: InvitationTerms, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<[InvitationOutcome], AccessRefusal> {
        try await access.evaluateUsers(of: organization)
        let store = self
        return try await access.change(by: manager, in: organization) {
            _, moment, transaction throws(DatabaseError) in
            let members = try store.members(of: entries, in: organization, at: moment, transaction)
            var outcomes: [InvitationOutcome] = []
            for entry in entries {
                if let obstacle = InvitationStore.obstacle(to: entry, for: role, members) {
                    outcomes.append(InvitationOutcome(entry, obstacle))
                    continue
                }
                guard case .success(let address) = entry.address else { continue }
                let outcome = try InvitationTable.invite(
                    InvitationDraft(address, role), to: organization, on: terms, recording: record, at: moment,
                    transaction)
                outcomes.append(InvitationOutcome(entry, outcome))
            }
            return .kept(outcomes)
        }
    }

    /// Returns what stands in the way of inviting several addresses now: one value an entry, nil if nothing does.
    public func obstacles(
        to entries: [InvitationEntry], for role: Role, in organization: OrganizationID
    ) async throws(DatabaseError) -> [InvitationObstacle?] {
        try await access.evaluateUsers(of: organization)
        let (store, moment) = (self, access.now())
        return try await access.database.read { transaction throws(DatabaseError) in
            let members = try store.members(of: entries, in: organization, at: moment, transaction)
            var found: [InvitationObstacle?] = []
            for entry in entries {
                var obstacle = InvitationStore.obstacle(to: entry, for: role, members)
                if obstacle == nil, let email = entry.email {
                    let pending = try InvitationTable.pending(email, in: organization, at: moment, transaction)
                    if let pending, pending.state == .pending {
                        obstacle = pending.role == role ? .pending(pending) : .invitedOtherwise(pending.role)
                    }
                }
                found.append(obstacle)
            }
            return found
        }
    }

    private func members(
        of entries: [InvitationEntry], in organization: OrganizationID, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> [EmailAddress: AddressedMember] {
        try access.members(
            withVerified: Set(entries.compactMap(\.email)), in: organization, at: moment, transaction)
    }

    private static func obstacle(
        to entry: InvitationEntry, for role: Role, _ members: [EmailAddress: AddressedMember]
    ) -> InvitationObstacle? {
        switch entry.address {
        case .failure(let fault): .address(fault.issue)
        case .success(let address):
            members[address.email].flatMap { $0.role < role ? nil : .member($0) }
        }
    }
}

extension InvitationOutcome {
    fileprivate init(_ entry: InvitationEntry, _ obstacle: InvitationObstacle) {
        self.init(entry: entry, result: .failure(Obstruction(obstacle: obstacle)))
    }

    fileprivate init(_ entry: InvitationEntry, _ outcome: ChangeOutcome<IssuedInvitation>) {
        switch outcome {
        case .kept(let issued, _, _):
            self.init(
                entry: entry,
                result: issued.isNew
                    ? .success(issued) : .failure(Obstruction(obstacle: .pending(issued.invitation))))
        case .refused(.invitedOtherwise(let role)): self.init(entry, .invitedOtherwise(role))
        case .refused(.tooManyToday(let wait)): self.init(entry, .limit(retryAfter: wait))
        // An issued invitation is refused for no other reason.
        case .refused, .outdated: self.init(entry, .address(.notAnAddress))
        }
    }
}
