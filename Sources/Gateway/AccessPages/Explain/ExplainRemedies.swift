internal import AccessUseCases
internal import ClaimEvidence
internal import ClaimMapping
internal import HTTPMessage
internal import Identities
internal import Management
internal import PageLayout
internal import Text
internal import Web

/// The ways to give access to a user without a role.
struct ExplainRemedies {
    let outcome: ExplainPage.Outcome
    let organization: OrganizationHeader

    var markup: HTML? {
        guard outcome.offersRemedies, outcome.role == nil else { return nil }
        let items: [HTML]
        switch outcome.reason {
        case .suspended: items = [reinstatement]
        case .providerNotAccepted, .mapped, .granted: return nil
        case .noMatch, .emailUnverified, .claimsIncomplete:
            items = [invitation ?? verification, rule, correction, completion].compactMap { $0 }
        }
        return """
            <section class="panel remedies" aria-labelledby="remedies"><header><h2 id="remedies">How to let \(name) in</h2></header><ul>\(items)</ul></section>
            """
    }

    private var name: String { outcome.givenName ?? "this user" }

    private func item(_ title: HTML, _ text: HTML, _ action: HTML? = nil) -> HTML {
        "<li><div><h3>\(title)</h3><p>\(text)</p></div>\(action)</li>"
    }

    private func button(_ title: String, _ url: String) -> HTML {
        "<a class=\"button slim\" href=\"\(url)\">\(title)</a>"
    }

    private var reinstatement: HTML {
        item(
            "Reinstate \(name)", "The suspension overrides every role.", button("Members", organization.path(.members)))
    }

    private var invitation: HTML? {
        guard let email = outcome.verifiedEmail else { return nil }
        let roles = [Role.viewer, .manager].map { role -> HTML in
            let query = FormEncoding.query([("email", email), ("role", role.rawValue)])
            return
                "<li><a href=\"/organizations/\(organization.id.text)/invitations/new?\(query)\">\(role.title)</a></li>"
        }
        return item(
            "Invite \(name)", "For this account only.",
            "<details class=\"menu invite-as\"><summary class=\"button slim\">Invite as…</summary><ul class=\"items\">\(roles)</ul></details>"
        )
    }

    private var verification: HTML? {
        outcome.person.isUnverified
            ? item("Have the address verified in \(outcome.provider)", "Invitations are for verified addresses only.")
            : nil
    }

    /// The first rule that almost matches, with its difference.
    private var nearMiss: (rule: Mapping, value: String, difference: TextDifference)? {
        for row in outcome.rows where row.isNearMiss && !ClaimNames.isSecret(row.mapping.claimName) {
            let evidence = outcome.claims.map {
                ClaimEvidence(row.mapping.claimCondition, row.verdict, isNearMiss: true, $0)
            }
            guard let difference = evidence?.difference else { continue }
            return (row.mapping, difference.arrived.map(\.text).joined(), difference)
        }
        return nil
    }

    private var rule: HTML {
        let path = organization.path(.mappings)
        let warning: HTML? =
            outcome.person.isUnverified ? " The address isn't verified, so you are asked to confirm it." : nil
        guard let near = nearMiss, outcome.verifiedEmail != nil else {
            let query = outcome.request.map { [(name: "request", value: $0)] } ?? outcome.ownRule
            return item(
                "Add a rule", "For a claim that arrived. You see who else it lets in.\(warning)",
                button("Add a rule…", "\(path)?\(FormEncoding.query([("add", "1")] + query))#rule"))
        }
        let query = [
            (name: "add", value: "1"), ("claim", near.rule.claimName), ("value", near.value),
            ("split", near.rule.splitText ?? ""), ("role", near.rule.role.rawValue),
        ].filter { !$0.value.isEmpty }
        return item(
            "Add a rule",
            "<code>\(near.rule.claimName)</code> is <code>\(near.value.cut(toShow: 80))</code>. You see who else it lets in.\(warning)",
            button("Add a rule…", "\(path)?\(FormEncoding.query(query))#rule"))
    }

    private var correction: HTML? {
        guard let near = nearMiss, !outcome.person.isUnverified else { return nil }
        let what = near.rule.claimName.isExactly("groups") ? "group" : "value"
        return item(
            "Correct the \(what) in \(outcome.provider)",
            "To <code>\(near.difference.corrected.cut(toShow: 80))</code>. Rule \(near.rule.rank) then matches at the next sign-in."
        )
    }

    private var completion: HTML? {
        outcome.reason == .claimsIncomplete
            ? item("Have \(outcome.provider) send every claim", "For example, fewer groups for each user.") : nil
    }
}

extension ExplainPage.Outcome {
    /// A rule that matches only this user: by the verified address, otherwise by the subject.
    fileprivate var ownRule: [(name: String, value: String)] {
        if let verifiedEmail { return [("claim", "email"), ("value", verifiedEmail)] }
        return subject.map { [("claim", "sub"), ("value", $0)] } ?? []
    }
}
