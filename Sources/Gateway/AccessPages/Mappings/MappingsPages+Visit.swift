internal import AccessUseCases
internal import Audit
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
            let query = RuleQuery(context.query)
            let (tag, shown) = try await management.offReactor {
                (table.tag, query.page(of: table.all).shown.map(\.id).filter { !table.isOfFile($0) })
            }
            var page = MappingsPage(
                account: permitted.caller.account, organization: permitted.header, rules: table.all,
                fileCount: table.file.count, people: people, query: query,
                strategy: management.organization.rules.strategy, tag: tag, formToken: permitted.formToken)
            // Who changed a rule is known from the audit log, which viewers may not read.
            if permitted.permit.role.permissions.contains(.readAudit) {
                page.authors = try await management.ruleAuthors(of: shown)
            }
            return page
        }

        // MARK: Notices

        /// The notice after a change of rules, made from the change's event in the audit log: a link cannot forge one.
        func notice(_ table: MappingTable) async throws(Problem) -> Notice? {
            guard let sequence = context.query[RuleNotice.item].flatMap({ Int($0) }),
                let action = try await management.ownAction(sequence)
            else { return nil }
            let tag = try await management.offReactor { table.tag }
            return RuleNotice(action: action, removal: action.removal(from: table, tag))
                .notice(path: path, token: permitted.formToken)
        }

        /// Leads to the list with the notice of a change, at the row of the changed rule.
        ///
        /// - Parameters:
        ///   - action: the action in the audit log.
        ///   - rule: the changed rule; nil if it is gone.
        private func done(_ action: AuditAction, _ rule: Mapping?) async throws(Problem) -> Reply {
            let page = rule.map { ($0.rank - 1) / RuleQuery().limit + 1 } ?? 1
            var query: [(name: String, value: String)] = []
            if let event = try await management.performed(action) {
                query.append((RuleNotice.item.text, String(event.sequence)))
            }
            if page > 1 { query.append(("page", String(page))) }
            let address = query.isEmpty ? path : "\(path)?\(FormEncoding.query(query))"
            return .redirect(address + (rule.map { "#rule-\($0.rank)" } ?? ""))
        }

        // MARK: Form

        /// The form of a rule with suggestions from the last sign-ins. A store that cannot read them has none, nor has a
        /// form whose content is too long: each suggestion is a link that repeats it.
        ///
        /// - Parameter request: the access request that the form is for; nil for none.
        func panel(
            _ draft: RuleDraft, faults: [ExactText: String] = [:], person: PersonCell? = nil, request: String? = nil
        ) async -> RulePanel {
            guard draft.isShort else { return RulePanel(draft: draft, faults: faults, person: person) }
            let names = (try? await management.recentClaims()) ?? []
            var seen: SeenValues?
            if !draft.claimName.isEmpty { seen = try? await management.seenValues(of: draft.content) }
            return RulePanel(
                draft: draft, faults: faults, person: person,
                seen: draft.suggestions(names, seen, path: path, request: request))
        }

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
            return await panel(draft, person: person, request: person == nil ? nil : query["request"])
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
                page.panel = await panel(RuleDraft(form), faults: faults)
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
            case .add: return try await done(.claimMappingCreate, changed.row)
            case .edit, .move: return try await done(.claimMappingUpdate, changed.row)
            case .remove: return try await done(.claimMappingDelete, nil)
            }
        }

        /// Restores the rule of a removal. If that needs a confirmation, the preview of the rule is shown instead.
        func undo(_ form: Form) async throws(Problem) -> Reply {
            let table = try await management.mappings()
            do throws(Problem) {
                let tag = try await management.offReactor { table.tag }
                guard let sequence = form[RuleNotice.item].flatMap({ Int($0) }),
                    let removal = try await management.ownAction(sequence)?.removal(from: table, tag)
                else {
                    throw Problem.notUndoable
                }
                let preview = try await management.preview([removal.restoration])
                guard preview.raisedUnverified.isEmpty, preview.unreadable.isEmpty,
                    preview.own.before == preview.own.after
                else {
                    let form = try RuleForm(removal.rule)
                    let change = try form.change(of: table)
                    let previewed = PreviewedChange(change, form, table, try await management.preview([change]))
                    return try await show(
                        previewed, notice: Notice(.caution, "Check the effects before the rule is restored."))
                }
                let restored = try await management.restore(removal, of: table)
                return try await done(.claimMappingCreate, restored.row)
            } catch {
                guard error.isAboutInput else { throw error }
                var page = try await list(table)
                page.notice = .trouble(error.inputText)
                return try await management.show(page, Status(error.status))
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
