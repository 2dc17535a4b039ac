internal import Audit
internal import Configuration
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Time

extension Command {
    static let grantCreate = Command(
        path: ["grant", "create"], summary: "Grants a role to a user, even while every provider is down",
        details: """
            For the operator: the role applies to tokens and sign-ins of the provider's issuer with this subject. It
            takes effect within a second, and only while the organization lists the provider. The grant is recorded in
            the audit log.
            """,
        options: [
            .config, .value("organization", "ID", isRequired: true, "the organization of the role"),
            .value("provider", "ID", isRequired: true, "the user's provider"),
            .value("subject", "SUB", isRequired: true, "the user ID at the provider (sub, or subject_claim)"),
            .value(
                "role", "ROLE", isRequired: true, "organization-manager, organization-viewer or inventory-publisher"),
            .json,
        ]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let organization = try call.organization(call.arguments.required("organization"), in: settings)
        let id = try call.arguments.required("provider")
        guard let provider = settings.providers.first(where: { $0.id.text.isExactly(id) }) else {
            throw .usage("--provider: no provider has the id \(shown(id))")
        }
        guard
            AccessSettings(settings).rules.lists(provider.id, in: organization)
        else {
            throw .failure("\(organization) does not list the provider \(id), so the grant would have no effect")
        }
        let subject = try call.arguments.required("subject")
        guard (1...255).contains(subject.unicodeScalars.count), !subject.utf8.contains(0) else {
            throw .usage("--subject must be 1–255 characters")
        }
        let name = try call.arguments.required("role")
        guard let role = Role(exactly: name) else {
            let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw .usage("--role must be one of \(known), not \(shown(name))")
        }
        let identity = Identity(issuer: provider.issuer, subject: Subject(subject))
        return try call.withAccess(settings) { (store) async throws(DatabaseError) -> ExitCode in
            let (grant, isNew) = try await store.createGrant(
                role, to: identity, in: organization,
                recording: AuditRecord(.grantCreate, by: .operator, in: organization))
            if call.arguments.has("json") {
                call.print(json([grant]))
            } else {
                call.print("\(grant.id): \(subject) is \(role.rawValue) in \(organization)\(isNew ? "" : " already")")
            }
            return .done
        }
    }

    static let grantList = Command(
        path: ["grant", "list"], summary: "Lists the stored roles",
        details: "One line per grant, of all organizations or of one.",
        options: [.config, .value("organization", "ID", "only this organization"), .json]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let chosen = try call.chosenOrganization(in: settings)
        return try call.withAccess(settings, isWriting: false, isMade: false) {
            (store) async throws(DatabaseError) -> ExitCode in
            let grants = try await store.grants(chosen)
            if call.arguments.has("json") {
                call.print(json(grants))
            } else {
                if grants.isEmpty { call.warn("no grants are stored\(chosen.map { " in \($0)" } ?? "")") }
                for grant in grants {
                    call.print(
                        "\(grant.id)  \(grant.organization)  \(grant.role.rawValue)  \(grant.identity.subject)  "
                            + "\(grant.identity.issuer)  \(grant.source.rawValue)  \(grant.createdAt.rfc3339)")
                }
            }
            return .done
        }
    }

    static let grantRevoke = Command(
        path: ["grant", "revoke"], summary: "Revokes a stored role",
        details: """
            The role ends with the next request. The last manager grant of an organization is revoked only with
            --force, because the organization may be left without a manager.
            """,
        options: [.config, .flag("force", "even if the organization may be left without a manager")],
        operands: [Operand(placeholder: "ID", help: "the id shown by grant list")]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let id = try call.arguments.operand("ID")
        return try call.withAccess(settings, isMade: false) { (store) async throws(DatabaseError) -> ExitCode in
            let result = try await store.revoke(
                id, isForced: call.arguments.has("force"), recording: AuditRecord(.grantRevoke, by: .operator))
            switch result {
            case .success(let grant):
                call.print("\(grant.identity.subject) is no longer \(grant.role.rawValue) in \(grant.organization)")
                return .done
            case .failure(.wouldLockOut):
                call.warn("this is the last manager grant of its organization; --force revokes it anyway")
                return .no
            case .failure:
                call.warn("no grant has the id \(shown(id)); gatehouse grant list shows the ids")
                return .no
            }
        }
    }

    private static func json(_ grants: [Grant]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for grant in grants {
            writer.beginObject()
            writer.member("id", grant.id)
            writer.member("organization", grant.organization.text)
            writer.member("issuer", grant.identity.issuer.text)
            writer.member("subject", grant.identity.subject.text)
            writer.member("email", grant.email?.spelling)
            writer.member("role", grant.role.rawValue)
            writer.member("source", grant.source.rawValue)
            writer.member("created_at", grant.createdAt.rfc3339)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
