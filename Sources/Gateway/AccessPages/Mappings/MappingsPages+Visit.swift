internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Management
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Tokens
internal import Web

extension MappingsPages {
    /// One request of the page.
    struct Visit: Sendable {
        let context: RequestContext
        let permitted: PermittedCaller
        let management: ManagementRequest

        init(_ context: RequestContext, _ permitted: PermittedCaller, _ factory: ManagementFactory) {
            (self.context, self.permitted) = (context, permitted)
            management = factory.management(context, permitted)
        }

        var path: String { permitted.header.path(.mappings) }
        private var formToken: String { permitted.formToken ?? "" }

        func list(_ table: MappingTable) async throws(Problem) -> MappingsPage {
            // A store that takes no writes cannot evaluate its users again; the rules are shown nevertheless.
            let people = try? await management.memberCounts()
            let tag = try await management.offReactor { table.tag }
            return MappingsPage(
                account: permitted.caller.account, organization: permitted.header, rules: table.all,
                fileCount: table.file.count, people: people, query: RuleQuery(context.query),
                strategy: management.organization.rules.strategy, tag: tag, formToken: permitted.formToken)
        }

        // MARK: Form

        /// The form of a new rule. `request` names the denied sign-in of a user to whom the rule would give access.
        func additionPanel(
            _ query: [ExactText: String], _ notice: inout Notice?
        ) async throws(Problem) -> RulePanel {
            var (draft, person): (RuleDraft, PersonCell?) = (RuleDraft(), nil)
            if let id = query["request"] {
                if let drafted = try await self.draft(for: id) {
                    (draft, person) = drafted
                    notice =
                        drafted.person.isUnverified
                        ? Notice(
                            .caution,
                            "<strong>The provider hasn't verified this email address.</strong> Check the user ID with the provider before you let this account in."
                        )
                        : Notice(
                            .info,
                            "This rule would give \(drafted.person.title) access. Preview it, or change it first.")
                } else {
                    notice = Notice(.caution, "This access request is no longer stored.")
                }
            }
            draft.take(query)
            return RulePanel(draft: draft, person: person)
        }

        /// A rule that gives access to one user: by the address if it is verified, otherwise by the subject at the
        /// provider.
        private func draft(for request: String) async throws(Problem) -> (draft: RuleDraft, person: PersonCell)? {
            guard let denied = try await management.deniedSignIn(request) else { return nil }
            var draft = RuleDraft()
            let identity = try? IdentityID(denied.identity)
            let claims: VerifiedClaims? = if let identity { try await management.claims(of: identity) } else { nil }
            let verified = claims.flatMap { management.configuration.accessSettings.rules.verifiedEmail(of: $0) }
            if let verified {
                (draft.claimName, draft.claimValue) = ("email", verified.text)
            } else {
                let subject = (claims?.providerSubject ?? denied.identity.subject).text
                (draft.claimName, draft.claimValue) = ("sub", subject)
            }
            let address = (claims?.payload.shownEmail ?? denied.email)?.spelling
            let person = PersonCell(
                name: claims?.payload.shownName, address: .init(address, isVerified: verified != nil),
                provider: management.configuration.name(of: denied.provider), subject: denied.identity.subject.text)
            return (draft, person)
        }

        // MARK: Changes

        /// The form again with the faults at its fields, or the list with the problem above it.
        func refuse(_ problem: Problem, _ form: RuleForm, _ table: MappingTable) async throws(Problem) -> Reply {
            guard problem.isAboutInput else { throw problem }
            var page = try await list(table)
            let faults = form.faults(problem, of: table)
            if form.action == .add || form.action == .edit {
                page.panel = RulePanel(draft: RuleDraft(form), faults: faults)
            }
            if faults.isEmpty || page.panel == nil { page.notice = .trouble(problem.inputText) }
            return try await management.show(page, Status(problem.status))
        }

        /// Makes a change. It is refused if the rules are others than those that were previewed, or if a user with an
        /// unverified address would gain a role and the manager did not confirm that very user.
        func save(_ previewed: PreviewedChange) async throws(Problem) -> Reply {
            let (form, table) = (previewed.form, previewed.table)
            let tag = form["tag"] ?? ""
            let current = try await management.offReactor { table.tag }
            guard !tag.isEmpty, tag.isExactly(current) else {
                let notice = Notice(.caution, "The rules have changed since the preview. Check the effects again.")
                return try await show(previewed, notice: notice, Status(Problem.rulesChanged.status))
            }
            guard previewed.isAcknowledged else {
                guard form["understood"].isExactly("yes") else {
                    return try await show(
                        previewed, fault: "Confirm this before you save.", Status(Problem.fieldMissing.status))
                }
                let notice = Notice(
                    .caution, "The people that this change lets in are others than in the preview. Check them again.")
                return try await show(previewed, notice: notice, Status(Problem.rulesChanged.status))
            }
            let changed: (row: Mapping, table: MappingTable)
            do throws(Problem) {
                changed = try await management.change(
                    previewed.change, of: table.file, ifTag: tag, isConfirmed: form["confirm"].isExactly("self"))
            } catch {
                guard error.isAboutInput else { throw error }
                let text = error.needsConfirmation ? "This removes your own role." : error.inputText
                return try await show(previewed, notice: .trouble(text), Status(error.status))
            }
            switch form.action {
            case .add, .edit: return .redirect("\(path)?done=saved")
            case .remove: return .redirect("\(path)?done=removed")
            case .move:
                let page = (changed.row.rank - 1) / RuleQuery().limit + 1
                let place = page > 1 ? "&page=\(page)" : ""
                return .redirect("\(path)?done=moved\(place)#rule-\(changed.row.rank)")
            }
        }

        /// Shows the effects of a change.
        func show(
            _ previewed: PreviewedChange, notice: Notice? = nil, fault: String? = nil, _ status: Status = .ok
        ) async throws(Problem) -> Reply {
            let (form, table) = (previewed.form, previewed.table)
            if form.action == .remove, let rule = table.row(previewed.id) {
                return try await showRemoval(of: rule, previewed, notice: notice, fault: fault, status)
            }
            guard let after = previewed.preview.table.row(previewed.id) else {
                return try await refuse(.notFound, form, table)
            }
            let (effects, tag) = try await effects(of: previewed)
            var page = MappingPreviewPage(
                account: permitted.caller.account, organization: permitted.header,
                change: previewed.title(after), rule: previewed.rule(after),
                draft: form.action == .move ? nil : RuleDraft(form), effects: effects, fields: form.fields, tag: tag,
                formToken: formToken)
            (page.notice, page.fault) = (notice, fault)
            return try await management.show(page, status)
        }

        // MARK: Removal

        /// The question before a removal.
        func showRemoval(of rule: Mapping, _ table: MappingTable) async throws(Problem) -> Reply {
            let change = MappingChange.remove(rule.id)
            let preview = try await management.preview([change])
            let form = try RuleForm(Form([("action", "remove"), ("id", rule.id)]))
            return try await showRemoval(of: rule, PreviewedChange(change, form, table, preview))
        }

        private func showRemoval(
            of rule: Mapping, _ previewed: PreviewedChange, notice: Notice? = nil, fault: String? = nil,
            _ status: Status = .ok
        ) async throws(Problem) -> Reply {
            let (effects, tag) = try await effects(of: previewed)
            var page = MappingRemovalPage(
                account: permitted.caller.account, organization: permitted.header, rule: rule, effects: effects,
                tag: tag, formToken: formToken)
            (page.notice, page.fault) = (notice, fault)
            return try await management.show(page, status)
        }

        private func effects(
            of previewed: PreviewedChange
        ) async throws(Problem) -> (effects: RuleEffects, tag: String) {
            let configuration = management.configuration
            return try await management.offReactor {
                (previewed.effects { configuration.name(of: $0) }, previewed.table.tag)
            }
        }
    }
}
