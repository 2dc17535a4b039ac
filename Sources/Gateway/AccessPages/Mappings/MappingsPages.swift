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
internal import Web

/// The page of an organization's claim mappings, with the previews of changes.
struct MappingsPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        Endpoint.memberPage("mappingsPage", Paths.mappings, show: show, formsNeed: .writeMappings, perform: change)
    }

    /// The list. With `add=1` or `edit=ID` the form of one rule is beside it; with `remove=ID` the question before a
    /// removal is shown instead.
    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let visit = Visit(context, permitted, management)
        let (management, query) = (visit.management, context.query)
        let table = try await management.mappings()
        var page = try await visit.list(table)
        page.notice = try await visit.notice(table)
        guard permitted.formToken != nil else { return try await management.show(page) }
        if let id = query["remove"] ?? query["edit"] {
            guard let rule = table.row(id), !table.isOfFile(id) else {
                page.notice = Notice(
                    .caution,
                    table.isOfFile(id)
                        ? "This rule belongs to the configuration file. It can't be changed here."
                        : "This rule no longer exists.", dismissal: visit.path)
                return try await management.show(page)
            }
            if query["remove"] != nil { return try await visit.showRemoval(of: rule, table) }
            var draft = RuleDraft(rule)
            draft.take(query)
            page.panel = await visit.panel(draft)
        } else if query["add"] != nil {
            page.panel = try await visit.additionPanel(query, &page.notice)
        }
        return try await management.show(page)
    }

    /// Shows the preview of a change; with the tag of the rules that were previewed, makes it.
    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let visit = Visit(context, permitted, management)
        if form["action"].isExactly("undo") { return try await visit.undo(form) }
        let submitted = try RuleForm(form)
        let table = try await visit.management.mappings()
        let change: MappingChange
        do throws(Problem) {
            change = try submitted.change(of: table)
        } catch {
            return try await visit.refuse(error, submitted, table)
        }
        let preview: MappingPreview
        do throws(Problem) {
            preview = try await visit.management.preview([change])
        } catch {
            return try await visit.refuse(error, submitted, table)
        }
        let previewed = PreviewedChange(change, submitted, table, preview)
        switch submitted["step"].map({ ExactText($0) }) {
        case "save": return try await visit.save(previewed)
        case "move" where previewed.changesNoRole: return try await visit.save(previewed)
        default: return try await visit.show(previewed)
        }
    }
}

/// A change of a form with its effects.
struct PreviewedChange: Sendable {
    let change: MappingChange
    let form: RuleForm
    /// The rules before the change.
    let table: MappingTable
    let preview: MappingPreview

    init(_ change: MappingChange, _ form: RuleForm, _ table: MappingTable, _ preview: MappingPreview) {
        (self.change, self.form, self.table, self.preview) = (change, form, table, preview)
    }

    /// Whether the change is known to alter no role and no rule's effect, so that it needs no preview.
    var changesNoRole: Bool {
        preview.people.isEmpty && preview.unreadable.isEmpty && preview.shadowed.isEmpty && !preview.wouldLockOut
            && preview.own.before == preview.own.after
    }

    /// The id of the changed rule in the rules after the change.
    var id: String {
        switch change {
        case .add: ManagerActions.previewID(0)
        case .edit(let id, _, _), .remove(let id), .restore(let id, _, _): id
        }
    }

    /// Whether the manager confirmed that these very users with unverified addresses gain a role.
    var isAcknowledged: Bool {
        let tag = preview.raisedUnverifiedTag
        return preview.raisedUnverified.isEmpty
            || form["understood"].isExactly("yes") && !tag.isEmpty && form["people"].isExactly(tag)
    }
}
