package import AccessUseCases
internal import Endpoints
internal import Grants
package import Identities
internal import Invitations
package import PageLayout
internal import People
internal import Policy
internal import Text
package import Web

/// The form to invite people by email, with the check of its addresses.
package struct InvitingPage: DocumentPage {
    /// The content of the form.
    package struct Draft: Sendable {
        /// The addresses as they were entered.
        package var text = ""
        package var role = Role.viewer
        /// The addresses whose unknown domain was confirmed.
        package var kept: [String] = []

        package init() {}
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let formToken: String
    private let sendsEmail: Bool
    /// How long a link works, in days.
    private let days: Int
    package var draft = Draft()
    /// What is wrong with the addresses as a whole.
    package var fault: String?
    /// The check of the draft's addresses; nil before it.
    package var check: InvitationCheck?
    package var notice: Notice?

    package init(
        account: Account, organization: OrganizationHeader, formToken: String, sendsEmail: Bool, days: Int
    ) {
        (self.account, self.organization, self.formToken) = (account, organization, formToken)
        (self.sendsEmail, self.days) = (sendsEmail, days)
    }

    private var path: String { Paths.newInvitations.path(organization.id.text) }

    package var document: HTML {
        let kept = draft.kept.joined(separator: " ")
        let field = FormField(
            "emails", "Email addresses", .lines(count: 4), value: draft.text,
            hint: "Separate addresses with commas, spaces or new lines. Up to \(InvitationEntry.most) at once.",
            fault: fault, isRequired: true, maximum: 16384)
        let checking: HTML =
            check == nil
            ? """
            <div class="buttons foot-row"><button type="submit" name="action" value="check" class="primary">Check before sending</button><a class="button" href="\(organization.path(.members))">Cancel</a></div>
            """
            : """
            <div class="buttons foot-row"><button type="submit" name="action" value="check">Check again</button></div>
            """
        let content: HTML = """
            \(notice?.markup)<div class="columns inviting"><div>\(InvitingWay.email.choices(path, draft.role))
            <form method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(formToken)"><input type="hidden" name="kept" value="\(kept)">\(check.map { _ in "<input type=\"hidden\" name=\"checked\" value=\"\(draft.text)\">" as HTML })
            <div class="panel"><div class="form">\(field.markup)\(RoleChoice(chosen: draft.role).markup)</div>\(checking)</div>
            \(check.map(checkMarkup))</form></div>
            <aside class="panel"><div>\(steps)</div></aside></div>
            """
        return organization.page(.members, account, head: InvitingWay.head(in: organization), content)
    }

    private var steps: HTML {
        InvitingWay.steps([
            sendsEmail
                ? ("We send each person a link", "It expires after \(days) days. You can send a new one at any time.")
                : ("You get a link for each person", "It expires after \(days) days. You pass it on yourself."),
            ("They sign in with your provider", "The verified address must be the invited one."),
            ("They have the role", "You see them under Members. The audit log records every step."),
        ])
    }

    // MARK: Check

    private func checkMarkup(_ check: InvitationCheck) -> HTML {
        let ready = check.ready.count
        let items = check.items.map {
            InvitingCheckItem(item: $0, organization: organization, times: account.times).markup
        }
        let title =
            sendsEmail
            ? "Send \(ready) \(ready == 1 ? "invitation" : "invitations")"
            : "Create \(ready) \(ready == 1 ? "link" : "links")"
        let send: HTML? =
            ready == 0
            ? nil : "<button type=\"submit\" name=\"action\" value=\"send\" class=\"primary\">\(title)</button>"
        let left = check.leftOut
        let leaving: HTML? =
            left.isEmpty || ready == 0
            ? nil
            : "<span class=\"small quiet\">\(left.count > 2 ? "\(left.count) addresses" : left.joined(separator: " and ")) \(left.count == 1 ? "is" : "are") left out</span>"
        return """
            <section class="panel check-list" aria-labelledby="check"><header><h2 id="check" tabindex="-1">Check before sending</h2><span class="small quiet">\(check.items.count) \(check.items.count == 1 ? "address" : "addresses") · \(ready) ready</span></header>
            <ul>\(items)</ul>
            <div class="buttons foot-row">\(send)<a class="button" href="\(organization.path(.members))">Cancel</a>\(leaving)</div></section>
            """
    }
}

/// One address of the check: its state, and the buttons that correct it.
struct InvitingCheckItem {
    let item: InvitationCheck.Item
    let organization: OrganizationHeader
    let times: PageTimes

    var markup: HTML {
        switch item.finding {
        case .obstacle(.address(let issue)): line(.cross, "bad", "\(issue.text)", removal)
        case .obstacle(.invitedOtherwise(let role)):
            line(.cross, "bad", "Already invited as \(role.title). Revoke that invitation first.", removal)
        case .obstacle(.limit): line(.cross, "bad", "The limit of invitations for 24 hours is reached.", removal)
        case .unknownDomain(let suggestion?):
            line(
                .alert, "warn",
                "No provider of \(organization.name) has \(domain). Did you mean <strong>\(suggestion)</strong>?",
                button("use", "\(item.text) \(suggestion)", "Use \(suggestion)") + keeping, marking: suggestion)
        case .unknownDomain(nil):
            line(
                .alert, "warn",
                "No provider of \(organization.name) has \(domain). Keep the address if its owner can sign in.",
                removal + keeping)
        case .obstacle(.member(let found)):
            line(
                .info, "quiet",
                "\(found.member.fullName ?? found.member.name) is already a member (\(found.member.role.title)). No invitation will be sent."
            )
        case .obstacle(.pending(let invitation)):
            line(.info, "quiet", "Already invited, until \(times.day(invitation.expiresAt)).")
        case .ready(let provider):
            line(.check, "ok", provider.map { "Ready. Signs in with \($0)." } ?? "Ready.")
        }
    }

    private var domain: String { item.text.cut(atLast: "@").map { String($0.after) } ?? "" }

    private var removal: HTML { button("remove", item.text, "Remove") }
    private var keeping: HTML { button("keep", item.text, "Keep") }

    private func button(_ name: String, _ value: String, _ title: String) -> HTML {
        let label = title.holds(exactly: item.text) ? title : "\(title): \(item.text)"
        return """
            <button type="submit" name="\(name)" value="\(value)" class="slim" aria-label="\(label)">\(title)</button>
            """
    }

    private func line(
        _ icon: Icon, _ kind: String, _ text: HTML, _ buttons: HTML = "", marking other: String? = nil
    ) -> HTML {
        let tools: HTML? = buttons.bytes.isEmpty ? nil : "<div class=\"buttons\">\(buttons)</div>"
        return """
            <li class="\(kind)-item"><span class="\(kind)">\(icon.markup)</span><div><strong>\(other.map(marked) ?? "\(item.text)")</strong><p>\(text)</p></div>\(tools)</li>

            """
    }

    /// The address with the letters that differ from another one marked.
    private func marked(against other: String) -> HTML {
        let (own, others) = (Array(item.text.unicodeScalars), Array(other.unicodeScalars))
        let start = zip(own, others).prefix { $0 == $1 }.count
        let longest = min(own.count, others.count) - start
        let end = zip(own.reversed(), others.reversed()).prefix { $0 == $1 }.count
        let kept = own.count - min(end, longest)
        func text(_ part: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(part)) }
        guard start < kept else { return "\(item.text)" }
        return "\(text(own[..<start]))<mark>\(text(own[start..<kept]))</mark>\(text(own[kept...]))"
    }
}
