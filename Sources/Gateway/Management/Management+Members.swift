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
    ) async throws(Problem) -> [Member] {
        try await stored { () throws(DatabaseError) in
            try await access.members(of: id, by: order, after: after, limit: limit)
        }
    }

    /// A page of the grants, ordered by id.
    func grants(after: String, limit: Int) async throws(Problem) -> [Grant] {
        try await stored { () throws(DatabaseError) in
            try await access.grants(of: id, after: after, limit: limit)
        }
    }

    /// A page of the suspensions, ordered by identity.
    func suspensions(after: IdentityID?, limit: Int) async throws(Problem) -> [Suspension] {
        try await stored { () throws(DatabaseError) in
            try await access.suspensions(of: id, after: after, limit: limit)
        }
    }

    /// - Parameter isConfirmed: true if the manager confirms the loss of their own role.
    func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        _ = try await decided { () throws(DatabaseError) in
            try await access.revoke(
                grant, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed),
                recording: record(.grantRevoke))
        }
    }

    /// - Parameter isConfirmed: true if the manager confirms their own suspension.
    func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        try await decided { () throws(DatabaseError) in
            try await access.suspend(
                identity, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed),
                recording: record(.suspensionCreate))
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
        let state = state
        let claims = known?.signIn.flatMap(deployment.accessSettings.claims)
        let standing = claims.flatMap { state.entitlement(of: $0, in: id) }
        guard let known, !known.grants.isEmpty || standing?.role != nil || standing?.reason == .suspended else {
            throw Problem(AccessRefusal.notFound)
        }
        let others = claims.map { state.entitlements(of: $0).map(\.organization) } ?? []
        let records = Set([id] + others).sorted().map { organization in
            var record = record(.sessionEnd)
            (record.organization, record.target) = (organization, identity.text)
            return record
        }
        let sessions = service.sessions
        try await decided { () throws(DatabaseError) in
            try await access.change(by: acting(.writeMembers), in: id) { _, moment, transaction throws(DatabaseError) in
                let ended = try sessions.endAll(of: known.identity, recording: records, at: moment, transaction)
                return .kept((), publish: ended.publish)
            }
        }
    }
}
