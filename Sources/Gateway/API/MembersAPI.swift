internal import Audit
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Sessions
internal import Time
internal import Tokens

/// Everyone with access to an organization, and from where; what managers take away and who they shut out.
struct MembersAPI: Sendable {
    let deployment: Deployment
    let service: SignInService
    let permit: Permit
    let origin: AuditOrigin
    let actor: AuditActor
    let items: [(name: String, value: String)]?

    private var organization: OrganizationID { permit.organization }
    private static let unavailable = Reply.problem(
        Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment."))

    /// What a route comes to; `item` is the last variable of its path.
    func answer(_ route: Route, _ method: String, _ item: String) async -> Reply {
        guard let items else { return MetricsAPI.brokenQuery }
        do throws(DatabaseError) {
            switch (route, method) {
            case (.members, _): return try await members(items)
            case (.memberSessions, _): return try await endSessions(item)
            case (.grants, _): return try await grants(items)
            case (.grant, _): return try await revoke(item, isConfirmed: isConfirmed(items))
            case (.suspensions, _): return try await suspensions(items)
            case (_, "PUT"): return try await suspend(item, isConfirmed: isConfirmed(items))
            default: return try await unsuspend(item)
            }
        } catch {
            return MembersAPI.unavailable
        }
    }

    private func isConfirmed(_ items: [(name: String, value: String)]) -> Bool {
        items.contains { $0.name == "confirm" && $0.value == "self" }
    }

    // MARK: Lists

    private func members(_ items: [(name: String, value: String)]) async throws(DatabaseError) -> Reply {
        let organization = organization
        let (people, grants, access) = try await service.database.read { transaction throws(DatabaseError) in
            let grants = try AccessStore.grants(organization, transaction)
            return (
                try AccessStore.people(organization, transaction), grants,
                AccessSnapshot(
                    grants: grants, suspensions: try AccessStore.suspensions(organization, transaction))
            )
        }
        guard let rules = deployment.organization(organization.text) else { return .json([]) }
        var members = people.compactMap { Member($0, in: rules, of: deployment, with: access, grants) }
        let seen = Set(people.map(\.identity))
        for grant in grants {
            guard let id = try? IdentityID(issuer: grant.issuer, subject: grant.subject), !seen.contains(id),
                !members.contains(where: { $0.identity == id })
            else { continue }
            let isSuspended = access.isSuspended(
                issuer: grant.issuer, subject: grant.subject, verifiedEmail: nil, in: organization)
            if !isSuspended { members.append(Member(grant, id, among: grants)) }
        }
        return list(items, members.sorted { $0.identity.text < $1.identity.text }, id: \.identity.text) {
            writer, member in
            member.write(to: &writer)
        }
    }

    private func grants(_ items: [(name: String, value: String)]) async throws(DatabaseError) -> Reply {
        let organization = organization
        let grants = try await service.database.read { transaction throws(DatabaseError) in
            try AccessStore.grants(organization, transaction)
        }
        return list(items, grants.sorted { $0.id < $1.id }, id: \.id) { writer, grant in
            writer.member("id", grant.id)
            writer.member(
                "identity_id", (try? IdentityID(issuer: grant.issuer, subject: grant.subject))?.text)
            writer.member("issuer", grant.issuer)
            writer.member("subject", grant.subject)
            writer.member("email", grant.email)
            writer.member("role", grant.role.rawValue)
            writer.member("source", grant.source.rawValue)
            writer.member("created_at", grant.createdAt.rfc3339)
        }
    }

    private func suspensions(_ items: [(name: String, value: String)]) async throws(DatabaseError) -> Reply {
        let organization = organization
        let found = try await service.database.read { transaction throws(DatabaseError) in
            try AccessStore.suspensions(organization, transaction)
        }
        return list(items, found.sorted { $0.identity.text < $1.identity.text }, id: \.identity.text) {
            MembersAPI.write($1, to: &$0)
        }
    }

    private static func write(_ suspension: Suspension, to writer: inout JSONWriter) {
        writer.member("identity_id", suspension.identity.text)
        writer.member("issuer", suspension.issuer)
        writer.member("subject", suspension.subject)
        writer.member("email", suspension.email)
        writer.member("created_at", suspension.createdAt.rfc3339)
    }

    /// A page of what is sorted by its id; the cursor is the last id of the page before.
    private func list<Item>(
        _ items: [(name: String, value: String)], _ all: [Item], id: (Item) -> String,
        write: (inout JSONWriter, Item) -> Void
    ) -> Reply {
        var limit = 50
        var after = ""
        for (name, value) in items where !value.isEmpty {
            if name == "limit" {
                guard let number = Int(value), (1...500).contains(number) else {
                    return .problem(
                        Problem(
                            .invalidRequest, detail: "The query is not valid: limit has to be a number from 1 to 500.",
                            faults: [Problem.Fault(pointer: "limit", detail: "has to be a number from 1 to 500")]))
                }
                limit = number
            } else if name == "cursor" {
                after = value
            }
        }
        let rest = all.drop { !after.isEmpty && id($0) <= after }
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for item in rest.prefix(limit) {
            writer.beginObject()
            write(&writer, item)
            writer.endObject()
        }
        writer.endArray()
        writer.member("next_cursor", rest.count > limit ? rest.prefix(limit).last.map(id) : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    // MARK: Changes

    private func record(_ action: AuditAction) -> AuditRecord {
        AuditRecord(action, by: actor, in: organization, requestID: origin.requestID, address: origin.address)
    }

    private func isOwn(_ issuer: String, _ subject: String) -> Bool {
        issuer == permit.identity.issuer && subject == permit.identity.subject
    }

    private func revoke(_ id: String, isConfirmed: Bool) async throws(DatabaseError) -> Reply {
        let organization = organization
        let grants = try await service.database.read { transaction throws(DatabaseError) in
            try AccessStore.grants(organization, transaction)
        }
        if let grant = grants.first(where: { $0.id == id }), isOwn(grant.issuer, grant.subject), !isConfirmed {
            return MembersAPI.unconfirmed
        }
        let result = try await service.access.revoke(
            id, in: organization, isManager: deployment.isManagerByClaims, recording: record(.grantRevoke))
        return answer(result.map { _ in })
    }

    private func suspend(_ item: String, isConfirmed: Bool) async throws(DatabaseError) -> Reply {
        guard let id = IdentityID(item) else { return MembersAPI.unknown }
        let own = try? IdentityID(issuer: permit.identity.issuer, subject: permit.identity.subject)
        if id == own, !isConfirmed { return MembersAPI.unconfirmed }
        let result = try await service.access.suspend(
            id, in: organization, isManager: deployment.isManagerByClaims, recording: record(.suspensionCreate))
        guard case .success(let suspension) = result else { return answer(result.map { _ in }) }
        var writer = JSONWriter()
        writer.beginObject()
        MembersAPI.write(suspension, to: &writer)
        writer.endObject()
        return .json(writer.bytes)
    }

    private func unsuspend(_ item: String) async throws(DatabaseError) -> Reply {
        guard let id = IdentityID(item) else { return MembersAPI.unknown }
        return answer(
            try await service.access.unsuspend(id, in: organization, recording: record(.suspensionDelete)))
    }

    /// Ends all sessions of somebody who is known here.
    private func endSessions(_ item: String) async throws(DatabaseError) -> Reply {
        guard let id = IdentityID(item) else { return MembersAPI.unknown }
        let organization = organization
        let person = try await service.database.read { transaction throws(DatabaseError) in
            try AccessStore.people(organization, transaction).first { $0.identity == id }
        }
        guard let person else { return MembersAPI.unknown }
        var record = record(.sessionEnd)
        record.target = id.text
        try await service.sessions.endAll(issuer: person.issuer, subject: person.subject, recording: [record])
        return .noContent
    }

    private func answer(_ result: Result<Void, AccessRefusal>) -> Reply {
        switch result {
        case .success: .noContent
        case .failure(.notFound): MembersAPI.unknown
        case .failure(.wouldLockOut):
            .problem(
                Problem(
                    .wouldLockOut,
                    detail: "Nobody could manage the organization any more. Make somebody else a manager first."))
        case .failure: MembersAPI.unavailable
        }
    }

    private static let unknown = Reply.problem(Problem(.notFound, detail: "Nothing of this id is known here."))
    private static let unconfirmed = Reply.problem(
        Problem(.conflict, detail: "This takes your own role away. Add ?confirm=self where you mean it."))
}
