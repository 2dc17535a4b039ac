internal import Identities
internal import PageLayout
internal import Web

/// The two ways to let people in, which the same page offers.
enum InvitingWay: CaseIterable {
    case email
    case claim

    private var title: String {
        switch self {
        case .email: "Invite by email"
        case .claim: "Let in through SSO by claim"
        }
    }

    private var text: String {
        switch self {
        case .email: "Send a personal link. Works once, for that address only."
        case .claim: "Everyone whose sign-in carries the claim gets the role."
        }
    }

    /// The two ways as links that look like choices; this one is chosen.
    func choices(_ path: String, _ role: Role) -> HTML {
        let items = InvitingWay.allCases.map { way -> HTML in
            let url = [("by", way == .claim ? "claim" : ""), ("role", role == .viewer ? "" : role.rawValue)]
                .address(of: path)
            let current: HTML = way == self ? " aria-current=\"true\"" : ""
            return """
                <li><a class="choice" href="\(url)"\(current)><span class="dot" aria-hidden="true"></span><span><strong>\(way.title)</strong><span class="small quiet">\(way.text)</span></span></a></li>
                """
        }
        return "<ul class=\"choice-row ways\" aria-label=\"Way of inviting\">\(items)</ul>"
    }

    static func head(in organization: OrganizationHeader) -> PageHead {
        PageHead("Invite people", path: [("Members", organization.path(.members))])
    }

    /// What happens next, in steps.
    static func steps(_ steps: [(title: String, text: String)]) -> HTML {
        let items = steps.map {
            "<li><strong>\($0.title)</strong><span class=\"small quiet\">\($0.text)</span></li>" as HTML
        }
        return "<h2>What happens next</h2><ol class=\"steps\">\(items)</ol>"
    }
}

/// The choice of a role for invited people.
struct RoleChoice {
    let chosen: Role

    var markup: HTML {
        let items = [Role.viewer, .manager].map { role -> HTML in
            let id = "role-\(role == .manager ? "manager" : "viewer")"
            let text =
                role == .manager
                ? "Also invites and suspends people, edits claim rules, reads the audit log."
                : "Sees workspaces, usage and members. Changes nothing."
            let state: HTML = role == chosen ? " checked" : ""
            return """
                <label class="choice" for="\(id)"><input type="radio" id="\(id)" name="role" value="\(role.rawValue)"\(state)><span><strong>\(role.title)</strong><span class="small quiet">\(text)</span></span></label>
                """
        }
        return "<fieldset class=\"roles\"><legend>Role</legend><div class=\"choice-row\">\(items)</div></fieldset>"
    }
}
