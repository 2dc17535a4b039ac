internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Management
internal import PageLayout
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Tokens

/// The page of an organization's claim mappings.
struct MappingsPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        Endpoint.memberPage("mappingsPage", Paths.mappings, show: show, formsNeed: .writeMappings, perform: change)
    }

    /// The rules; with `edit=ID` that rule in the form, with `request=ID` a rule that matches an access request.
    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let (management, query) = (management.management(context, permitted), context.query)
        let table = try await management.mappings()
        var page = try await page(table, permitted, management)
        if query["done"] == "saved" { page.notice = context.done }
        if let id = query["edit"], let row = table.row(id), !table.isOfFile(id) {
            page.draft = MappingsPages.draft(row)
            page.draft.rank = String(row.rank)
        } else if let id = query["request"], permitted.formToken != nil {
            guard let drafted = try await MappingsPages.draft(for: id, management) else {
                page.notice = .trouble("This sign-in is no longer stored.")
                return try await management.show(page)
            }
            page.draft = drafted
            page.notice = .done("This rule would give this person access. Preview it, or change it first.")
        }
        return try await management.show(page)
    }

    /// Shows the preview first; with the previewed tag, makes the change.
    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        do throws(Problem) {
            let change = try MappingsPages.change(form, of: table)
            if form["step"] == "save" {
                let tag = form["tag"] ?? ""
                _ = try await management.change(
                    change, of: table.file, ifTag: tag, isConfirmed: form["confirm"] == "self")
                return context.redirect(done: "saved")
            }
            let preview = try await management.preview([change])
            var page = try await page(table, permitted, management)
            page.preview = MappingsPage.Preview(
                fields: form.fields.filter {
                    ["action", "id", "claim_name", "match", "claim_value", "split", "role", "rank"].contains(
                        exactly: $0.key.text)
                }
                .sorted { $0.key.text < $1.key.text }.map { (name: $0.key.text, value: $0.value) },
                summary: MappingsPages.summary(change, table),
                people: preview.people.map {
                    MappingsPage.Preview.Person(
                        name: $0.signIn.name, before: $0.before, after: $0.after)
                }, unchanged: preview.unchanged, own: preview.own, shadowed: preview.shadowed,
                wouldLockOut: preview.wouldLockOut)
            page.draft = MappingsPages.draft(form)
            return try await management.show(page)
        } catch {
            guard error.isAboutInput else { throw error }
            var page = try await page(management.mappings(), permitted, management)
            page.notice = .trouble(error.inputText)
            page.draft = MappingsPages.draft(form)
            return try await management.show(page, Status(error.status))
        }
    }

    // MARK: Parts

    private func page(
        _ table: MappingTable, _ permitted: PermittedCaller, _ management: ManagementRequest
    ) async throws(Problem) -> MappingsPage {
        let tag = try await management.offReactor { table.tag }
        return MappingsPage(
            account: permitted.caller.account, organization: permitted.header, rows: table.all,
            fileRows: table.file.count, strategy: management.organization.rules.strategy, tag: tag,
            formToken: permitted.formToken)
    }

    /// The actions of the page's forms.
    private enum Action: String, CaseIterable, FormAction {
        case add, edit, move, remove
    }

    /// Returns the change that a form describes.
    private static func change(_ form: Form, of table: MappingTable) throws(Problem) -> MappingChange {
        var names = ["claim_name", "claim_value", "match", "split", "role"]
        let operation: String
        switch try Action(of: form) {
        case .add: operation = "create"
        case .edit: operation = "update"
        case .move: (operation, names) = ("update", [])
        case .remove: (operation, names) = ("delete", [])
        }
        var fields: [(name: String, value: FieldReader.Value)] = [("op", .text(operation))]
        if operation != "create" { fields.append(("id", .text(form["id"] ?? ""))) }
        // A rule that only requires the claim to exist has no value, and nothing to split.
        let hasNoValue = form["match"].isExactly(Match.exists.rawValue)
        for name in names {
            let (isValue, isSplit) = (name.isExactly("claim_value"), name.isExactly("split"))
            if isSplit, hasNoValue || form["split"].isExactly("") {
                // An empty field means no separator; a space is one.
                fields.append((name, .null))
            } else if !(isValue && hasNoValue), let value = form[ExactText(name)] {
                fields.append((name, .text(value)))
            }
        }
        if operation != "delete", let text = form["rank"]?.withoutWhiteSpace(), !text.isEmpty {
            guard let rank = Int64(text) else {
                throw Problem(.invalidRequest, status: 422, detail: "The rank must be a number.")
            }
            fields.append(("rank", .integer(rank)))
        }
        var reader = FieldReader(form: fields)
        return try MappingChangeBuilder(table: table).read(&reader) { $0.change(&$1) }
    }

    private static func summary(_ change: MappingChange, _ table: MappingTable) -> String {
        switch change {
        case .add(let draft, _): "Add a rule: \(draft.text)."
        case .edit(let id, let edit, let place):
            if let row = table.row(id) {
                if MappingDraft(row) == edit.applied(to: row) {
                    "Move rule \(row.rank) (\(MappingDraft(row).text)) to rank \(table.file.count + (place ?? 0) + 1)."
                } else {
                    "Change rule \(row.rank) to: \(edit.applied(to: row).text)."
                }
            } else {
                "The rule no longer exists."
            }
        case .remove(let id):
            "Remove rule \(table.row(id)?.rank ?? 0): \(table.row(id).map { MappingDraft($0).text } ?? "")."
        }
    }

    private static func draft(_ row: Mapping) -> MappingsPage.Draft {
        var draft = MappingsPage.Draft()
        (draft.id, draft.claimName, draft.match) = (row.id, row.claimName, row.match)
        (draft.claimValue, draft.split, draft.role) = (row.claimValue, row.splitText ?? "", row.role)
        return draft
    }

    private static func draft(_ form: Form) -> MappingsPage.Draft {
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
    private static func draft(
        for id: String, _ management: ManagementRequest
    ) async throws(Problem) -> MappingsPage.Draft? {
        guard let denied = try await management.deniedSignIn(id) else { return nil }
        var draft = MappingsPage.Draft()
        let identity = try? IdentityID(denied.identity)
        let signIn: LastSignIn? = if let identity { try await management.signIn(of: identity) } else { nil }
        if let email = signIn?.verifiedEmail {
            (draft.claimName, draft.claimValue) = ("email", email.text)
        } else {
            let claims: VerifiedClaims? = if let identity { try await management.claims(of: identity) } else { nil }
            (draft.claimName, draft.claimValue) = ("sub", (claims?.providerSubject ?? denied.identity.subject).text)
        }
        return draft
    }
}

extension MappingDraft {
    fileprivate var text: String { "\(condition) → \(role.title)" }
}
