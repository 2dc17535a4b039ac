internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Organizations
internal import Policy
internal import Sessions
internal import Snapshots

extension Management {
    /// Everyone with access, by identity.
    func members() async throws(Problem) -> [Member] {
        let id = id
        let (people, grants, access) = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                let grants = try AccessStore.grants(id, transaction)
                return (
                    try AccessStore.people(id, transaction), grants,
                    AccessSnapshot(
                        grants: grants, suspensions: try AccessStore.suspensions(id, transaction),
                        mappings: try AccessStore.mappings(id, transaction).mapValues { .init($0) })
                )
            }
        }
        var stored: [IdentityID: [Grant]] = [:]
        for grant in grants {
            guard let identity = try? IdentityID(issuer: grant.issuer, subject: grant.subject) else { continue }
            stored[identity, default: []].append(grant)
        }
        var members: [Member] = []
        for person in people {
            let own = stored.removeValue(forKey: person.identity) ?? []
            if let member = Member(person, in: organization, of: deployment, with: access, own) {
                members.append(member)
            }
        }
        let rules = managerRules
        for (identity, own) in stored {
            guard let first = own.first, rules.accepts(first.issuer, id),
                !access.isSuspended(
                    issuer: first.issuer, subject: first.subject, verifiedEmail: first.email, in: id)
            else { continue }
            members.append(Member(own, identity))
        }
        return members.sorted { $0.identity.text < $1.identity.text }
    }

    func grants() async throws(Problem) -> [Grant] {
        let id = id
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.grants(id, transaction)
            }
        }.sorted { $0.id < $1.id }
    }

    func suspensions() async throws(Problem) -> [Suspension] {
        let id = id
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.suspensions(id, transaction)
            }
        }.sorted { $0.identity.text < $1.identity.text }
    }

    /// - Parameter isConfirmed: whether one's own role may go.
    func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        _ = try await decided { () throws(DatabaseError) in
            try await access.revoke(
                grant, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed), under: managerRules,
                recording: record(.grantRevoke))
        }
    }

    /// - Parameter isConfirmed: whether one may shut oneself out.
    func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        try await decided { () throws(DatabaseError) in
            try await access.suspend(
                identity, in: id, by: acting(.writeMembers, isConfirmed: isConfirmed),
                under: managerRules, recording: record(.suspensionCreate))
        }
    }

    func unsuspend(_ identity: IdentityID) async throws(Problem) {
        try await decided { () throws(DatabaseError) in
            try await access.unsuspend(
                identity, in: id, by: acting(.writeMembers), recording: record(.suspensionDelete))
        }
    }

    /// Ends all sessions of somebody who has a role here, or had one and is suspended. Whoever merely signed in once is
    /// no affair of this organization's. Each organization in which they have a role is told.
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
        try await stored { () throws(DatabaseError) in
            try await service.sessions.endAll(issuer: known.issuer, subject: known.subject, recording: records)
        }
    }
}
