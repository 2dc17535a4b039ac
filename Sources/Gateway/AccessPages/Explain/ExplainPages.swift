internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Tokens
internal import Web

/// The page that explains the access of a user to an organization.
struct ExplainPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        Endpoint.memberPage("explainPage", Paths.explain, show: show, formsNeed: .readMembers, perform: explain)
    }

    private func page(_ permitted: PermittedCaller, _ management: ManagementRequest) -> ExplainPage {
        ExplainPage(
            account: permitted.caller.account, organization: permitted.header,
            providers: permitted.organization.rules.providers.map {
                ($0.text, management.configuration.name(of: $0))
            }, formToken: permitted.caller.formToken)
    }

    /// The explanation of a member or of a denied sign-in; otherwise the form.
    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let (management, query) = (management.management(context, permitted), context.query)
        var page = page(permitted, management)
        let mayChangeRules = management.permit.role.permissions.contains(.writeMappings)
        if let id = query["member"] {
            page.parent = (.members, "Members")
            let explained: ExplainedUser? =
                if let id = IdentityID(id) { try await management.explainUser(id) } else { nil }
            // A user without a role here is known by a denied sign-in, which requires the permission to change
            // mappings.
            if let explained, explained.role != nil || mayChangeRules {
                page.outcome = management.outcome(explained)
            } else {
                page.notice = Notice(.caution, "No such user is known here.")
            }
        } else if let id = query["denied"], mayChangeRules {
            page.parent = (.requests, "Access requests")
            let denied = try await management.deniedSignIn(id)
            let identity = denied.flatMap { try? IdentityID($0.identity) }
            if let identity, let explained = try await management.explainUser(identity) {
                page.outcome = management.outcome(explained)
                page.outcome?.request = id
            } else {
                page.notice = Notice(.caution, "This sign-in is no longer stored.")
            }
        }
        page.outcome?.offersRemedies = permitted.formToken != nil
        return try await management.show(page)
    }

    /// The explanation of a token or of claims that were sent; otherwise the form with the fault at its field.
    private func explain(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var page = page(permitted, management)
        page.provider = form["provider"] ?? ""
        let text = String((form["text"] ?? "").unicodeScalars.drop { $0.properties.isWhitespace })
        guard text.starts(exactly: "{") else {
            // A token is a secret, so the form does not show it again.
            guard !text.isEmpty else {
                page.faults["text"] = "Enter a token, or claims as a JSON object."
                return try await management.show(page, Status(422))
            }
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: text)
            } catch {
                page.faults["text"] = "The token isn't valid (\(error.reason.rawValue)). \(error.detail)"
                return try await management.show(page, Status(422))
            }
            page.outcome = management.outcome(try await management.explain(claims), .token)
            if let id = try? IdentityID(claims.identity), let user = try await management.explainUser(id) {
                page.outcome?.grants = user.grants
            }
            return try await management.show(page)
        }
        page.claims = text
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: Array(text.utf8)).root
        } catch {
            page.faults["text"] = "These claims aren't valid JSON: \(error)"
            return try await management.show(page, Status(422))
        }
        guard let id = ProviderID(form["provider"] ?? ""),
            let explained = try await management.explain(claims: root, of: id)
        else {
            page.faults["provider"] = "Choose one of the organization's providers."
            return try await management.show(page, Status(422))
        }
        page.outcome = management.outcome(explained, .claims)
        return try await management.show(page)
    }
}

extension ManagementRequest {
    fileprivate func outcome(
        _ explained: ExplainedAccess, _ origin: ExplainPage.Outcome.Origin
    ) -> ExplainPage.Outcome {
        let address = PersonCell.Address(explained.email?.spelling, isVerified: explained.isEmailVerified)
        let verified = explained.email.flatMap { explained.isEmailVerified ? $0.spelling : nil }
        let person = PersonCell(
            name: explained.claims.shownName, address: address, provider: configuration.name(of: explained.provider),
            subject: explained.subject?.text, badges: verified.map { _ in [Badge(.good, "Email verified")] } ?? [])
        let standing = explained.access.standing
        var outcome = ExplainPage.Outcome(
            person: person, provider: configuration.name(of: explained.provider), origin: origin, role: standing.role,
            reason: standing.reason)
        (outcome.name, outcome.subject) = (explained.claims.shownName, explained.subject?.text)
        outcome.applying = standing.mapping
        outcome.rows = explained.access.explanation.rows
        outcome.claims = explained.claims
        outcome.verifiedEmail = verified
        return outcome
    }

    fileprivate func outcome(_ explained: ExplainedUser) -> ExplainPage.Outcome {
        guard let access = explained.explained, let signIn = explained.user.signIn else {
            let signIn = explained.user.signIn
            let granted = explained.grants.lazy.compactMap(\.email).first
            let known = signIn == nil ? granted : signIn?.email
            let issuer = explained.user.identity.issuer
            let provider = organization.rules.providers.first { configuration.trusted[$0]?.issuer == issuer }
            let name = (signIn?.provider ?? provider).map { configuration.name(of: $0) }
            let person = PersonCell(
                name: signIn?.fullName,
                address: .init(known?.spelling, isVerified: signIn == nil),
                provider: name, subject: explained.user.identity.subject.text)
            var outcome = ExplainPage.Outcome(
                person: person, provider: name ?? issuer.text, origin: signIn.map { .unreadable($0.seenAt) } ?? .grants,
                role: explained.role,
                reason: explained.isSuspended ? .suspended : explained.grants.isEmpty ? .noMatch : .granted)
            outcome.grants = explained.grants
            return outcome
        }
        var outcome = outcome(access, .signIn(signIn.seenAt))
        outcome.grants = explained.grants
        return outcome
    }
}
