internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Organizations
internal import Policy
internal import Sessions

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
        var members = people.compactMap {
            Member($0, in: organization, of: deployment, with: access, stored[$0.identity] ?? [])
        }
        for person in people { stored[person.identity] = nil }
        for (identity, own) in stored {
            guard let first = own.first,
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
        if !isConfirmed, let own = try await grants().first(where: { $0.id == grant }),
            let identity = try? IdentityID(issuer: own.issuer, subject: own.subject), isOwn(identity)
        {
            throw Problem(AccessRefusal.losesOwnRole)
        }
        _ = try await decided { () throws(DatabaseError) in
            try await access.revoke(
                grant, in: id, by: deployment.managerRules, recording: record(.grantRevoke))
        }
    }

    /// - Parameter isConfirmed: whether one may shut oneself out.
    func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        if isOwn(identity), !isConfirmed { throw Problem(AccessRefusal.losesOwnRole) }
        return try await decided { () throws(DatabaseError) in
            try await access.suspend(
                identity, in: id, by: deployment.managerRules, recording: record(.suspensionCreate))
        }
    }

    func unsuspend(_ identity: IdentityID) async throws(Problem) {
        try await decided { () throws(DatabaseError) in
            try await access.unsuspend(identity, in: id, recording: record(.suspensionDelete))
        }
    }

    /// Ends all sessions of somebody who is known here.
    func endSessions(of identity: IdentityID) async throws(Problem) {
        guard let person = try await person(identity) else { throw Problem(AccessRefusal.notFound) }
        var record = record(.sessionEnd)
        record.target = identity.text
        let recorded = record
        try await stored { () throws(DatabaseError) in
            try await service.sessions.endAll(issuer: person.issuer, subject: person.subject, recording: [recorded])
        }
    }
}
