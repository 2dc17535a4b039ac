internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Management
internal import Pages
internal import Policy
internal import Sessions
internal import Text
internal import Tokens

extension ManagementPages {
    /// The rules; with `edit=ID` that rule in the form, with `draft=ID` a rule that matches a denied sign-in.
    func mappings(_ query: [ExactText: String]) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        var page = try await mappingsPage(table)
        if query["done"] == "saved" { page.notice = .done("The rows were changed; they count from now on.") }
        if let id = query["edit"], let row = table.row(id), !table.isOfFile(id) {
            page.draft = ManagementPages.draft(row)
            page.draft.rank = String(row.rank)
        } else if let id = query["draft"], formToken != nil {
            guard let drafted = try await draft(for: id) else {
                page.notice = .trouble("This sign-in is too long ago to draft a row from.")
                return try await show(page, .ok)
            }
            page.draft = drafted
            page.notice = .done("This row would let them in. Preview it, or change it first.")
        }
        return try await show(page, .ok)
    }

    /// Shows the preview first; with the previewed tag, makes the change.
    func changeMappings(_ form: [ExactText: String]) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        do throws(Problem) {
            let change = try change(form, of: table)
            if form["step"] == "save" {
                let tag = form["tag"] ?? ""
                _ = try await management.change(
                    change, of: table.file, ifTag: tag, isConfirmed: form["confirm"] == "self")
                return redirect(done: "saved")
            }
            let preview = try await management.preview([change])
            var page = try await mappingsPage(table)
            page.preview = MappingsPage.Preview(
                fields: form.filter {
                    ["action", "id", "claim_name", "match", "claim_value", "split", "role", "rank"].contains(
                        exactly: $0.key.text)
                }
                .sorted { $0.key.text < $1.key.text }.map { (name: $0.key.text, value: $0.value) },
                summary: summary(change, table),
                people: preview.people.map {
                    MappingsPage.Preview.Person(
                        name: $0.signIn.name, before: $0.before, after: $0.after)
                }, unchanged: preview.unchanged, own: preview.own, shadowed: preview.shadowed,
                wouldLockOut: preview.wouldLockOut)
            page.draft = ManagementPages.draft(form)
            return try await show(page, .ok)
        } catch {
            guard error.isAboutInput else { throw error }
            var page = try await mappingsPage(try await management.mappings())
            page.notice = .trouble(error.faults.first.map { "\($0.pointer.dropFirst()) \($0.detail)." } ?? error.detail)
            page.draft = ManagementPages.draft(form)
            return try await show(page, Status(error.status))
        }
    }

    // MARK: Parts

    private func mappingsPage(_ table: MappingTable) async throws(Problem) -> MappingsPage {
        var denied: [MappingsPage.Denied] = []
        if formToken != nil {
            denied = try await management.deniedSignIns(limit: 20).map {
                MappingsPage.Denied(
                    id: $0.id, name: $0.email?.spelling ?? $0.identity.subject.text, at: $0.timestamp,
                    reason: EntitlementReason(rawValue: $0.reason)?.words ?? $0.reason)
            }
        }
        let tag = try await management.offReactor { table.tag }
        return MappingsPage(
            account: account, organization: organization, rows: table.all, fileRows: table.file.count,
            strategy: management.organization.rules.strategy, tag: tag, denied: denied, formToken: formToken)
    }

    /// The form converted to the API's JSON document, so that one parser reads both.
    private func change(_ form: [ExactText: String], of table: MappingTable) throws(Problem) -> MappingChange {
        var names = ["claim_name", "claim_value", "match", "split", "role"]
        let operation: String
        switch form["action"] {
        case "add": operation = "create"
        case "edit": operation = "update"
        case "move": (operation, names) = ("update", [])
        case "remove": (operation, names) = ("delete", [])
        default: throw Problem(.invalidRequest, detail: "The form asks for nothing that is known here.")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("op", operation)
        if operation != "create" { writer.member("id", form["id"] ?? "") }
        for name in names {
            if name == "claim_value", form["match"] == Match.exists.rawValue { continue }
            // An empty field means no separator; a space is one. A rule without a value has nothing to split.
            if name == "split", form["split"]?.isEmpty == true || form["match"] == Match.exists.rawValue {
                writer.member(name, String?.none)
                continue
            }
            if let value = form[ExactText(name)] { writer.member(name, value) }
        }
        if operation != "delete", let text = form["rank"]?.withoutWhiteSpace(), !text.isEmpty {
            guard let rank = Int(text) else {
                throw Problem(.invalidRequest, status: 422, detail: "The rank has to be a number.")
            }
            writer.member("rank", rank)
        }
        writer.endObject()
        guard let root = try? JSONDocument(parsing: writer.bytes).root else {
            throw Problem(.invalidRequest, detail: "The form cannot be read.")
        }
        return try ManagementAPI.change(root, of: table)
    }

    private func summary(_ change: MappingChange, _ table: MappingTable) -> String {
        switch change {
        case .add(let draft, _): "A row is added: \(draft.text)."
        case .edit(let id, let edit, let place):
            if let row = table.row(id) {
                if MappingDraft(row) == edit.applied(to: row) {
                    "Row \(row.rank) (\(MappingDraft(row).text)) becomes row \(table.file.count + (place ?? 0) + 1)."
                } else {
                    "Row \(row.rank) becomes: \(edit.applied(to: row).text)."
                }
            } else {
                "The row is gone."
            }
        case .remove(let id):
            "Row \(table.row(id)?.rank ?? 0) goes: \(table.row(id).map { MappingDraft($0).text } ?? "")."
        }
    }

    private static func draft(_ row: Mapping) -> MappingsPage.Draft {
        var draft = MappingsPage.Draft()
        (draft.id, draft.claimName, draft.match) = (row.id, row.claimName, row.match)
        (draft.claimValue, draft.split, draft.role) = (row.claimValue, row.splitText ?? "", row.role)
        return draft
    }

    private static func draft(_ form: [ExactText: String]) -> MappingsPage.Draft {
        var draft = MappingsPage.Draft()
        draft.id = form["action"] == "edit" ? form["id"] : nil
        draft.claimName = form["claim_name"] ?? ""
        draft.match = form["match"].flatMap(Match.init(exactly:)) ?? .equals
        draft.claimValue = form["claim_value"] ?? ""
        draft.split = form["split"] ?? ""
        draft.role = form["role"].flatMap(Role.init(exactly:)) ?? .viewer
        draft.rank = form["rank"] ?? ""
        return draft
    }

    /// A rule that gives access to one user: by their address if it is verified, otherwise by their subject at the
    /// provider.
    private func draft(for id: String) async throws(Problem) -> MappingsPage.Draft? {
        guard let denied = try await management.deniedSignIn(id) else { return nil }
        var draft = MappingsPage.Draft()
        let identity = try? IdentityID(denied.identity)
        let signIn: LastSignIn? = if let identity { try await management.signIn(of: identity) } else { nil }
        if let email = signIn?.verifiedEmail {
            (draft.claimName, draft.claimValue) = ("email", email.text)
        } else {
            let claims: VerifiedClaims? = if let identity { try await management.claims(of: identity) } else { nil }
            (draft.claimName, draft.claimValue) = ("sub", claims?.providerSubject ?? denied.identity.subject.text)
        }
        return draft
    }
}

extension MappingDraft {
    fileprivate var text: String { "\(condition) → \(role.title)" }
}
