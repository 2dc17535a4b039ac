internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import Policy
internal import Sessions
internal import Snapshots

extension Management {
    /// A page of the members.
    ///
    /// - Parameter after: the last member of the previous page.
    func members(
        by order: MemberOrder, after: IdentityID?, limit: Int
    ) async throws(Problem) -> [SeenMember] {
        let (id, access, rules) = (id, access, peopleRules)
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.members(
                    of: id, by: order, after: after, limit: limit,
                    under: access.snapshots.read().value.mappings(of: id), by: rules, transaction)
            }
        }
    }

    /// A page of the grants, ordered by id.
    func grants(after: String, limit: Int) async throws(Problem) -> [Grant] {
        let id = id
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.grants(id, after: after, limit: limit, transaction)
            }
        }
    }

    /// A page of the suspensions, ordered by identity.
    func suspensions(after: IdentityID?, limit: Int) async throws(Problem) -> [Suspension] {
        let id = id
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.suspensions(id, after: after, limit: limit, transaction)
            }
        }
    }

    /// - Parameter isConfirmed: true if the manager confirms the loss of their own role.
    func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        _ = try await decided { () throws(DatabaseError) in
            try await access.revoke(
                grant, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed), under: peopleRules,
                recording: record(.grantRevoke))
        }
    }

    /// - Parameter isConfirmed: true if the manager confirms their own suspension.
    func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        try await decided { () throws(DatabaseError) in
            try await access.suspend(
                identity, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed),
                under: peopleRules, recording: record(.suspensionCreate))
        }
    }

    func unsuspend(_ identity: IdentityID) async throws(Problem) {
        try await decided { () throws(DatabaseError) in
            try await access.unsuspend(
                identity, in: id, by: acting(.writeMembers), recording: record(.suspensionDelete))
        }
    }

    /// Ends all sessions of a user who has a role here, or had one and is suspended. A user who merely signed in once
    /// is outside this organization's authority. Each organization in which the user has a role gets an audit event.
    func endSessions(of identity: IdentityID) async throws(Problem) {
        let id = id
        let known = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.known(identity, in: id, transaction)
            }
        }
        let access = access.snapshots.read().value
        let claims = known?.person.flatMap(deployment.claims)
        let standing = claims.map { deployment.entitlement(of: $0, in: organization, with: access) }
        guard let known, !known.grants.isEmpty || standing?.role != nil || standing?.reason == .suspended else {
            throw Problem(AccessRefusal.notFound)
        }
        let others = claims.map { deployment.entitlements(of: $0, with: access).map(\.organization.id) } ?? []
        let records = Set([id] + others).sorted().map { organization in
            var record = record(.sessionEnd)
            (record.organization, record.target) = (organization, identity.text)
            return record
        }
        let identity = acting(.writeMembers)
        try await decided { () throws(DatabaseError) in
            try await service.sessions.endAll(
                of: Identity(issuer: Issuer(known.issuer), subject: Subject(known.subject)), recording: records,
                unless: { transaction throws(DatabaseError) in
                    try self.access.refusal(of: identity, in: id, transaction)
                })
        }
    }
}
