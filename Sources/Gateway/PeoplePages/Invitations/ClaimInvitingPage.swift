internal import ClaimMapping
internal import Endpoints
package import Identities
package import PageLayout
package import Web

/// The form of a claim rule that lets people in, which leads to the rule's preview.
package struct ClaimInvitingPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let role: Role
    private let claim: String
    private let value: String
    /// The claims and values of the latest sign-ins.
    private let seen: SeenClaims

    /// - Parameters:
    ///   - claim: the claim that was chosen; empty for none.
    ///   - value: the value that was chosen; empty for none.
    package init(
        account: Account, organization: OrganizationHeader, role: Role, claim: String, value: String, seen: SeenClaims
    ) {
        (self.account, self.organization, self.role) = (account, organization, role)
        (self.claim, self.value, self.seen) = (claim, value, seen)
    }

    package var document: HTML {
        let path = Paths.newInvitations.path(organization.id.text)
        let comparison = FormField(
            "match", "Comparison", .select(Match.allCases.map { ($0.rawValue, $0.comparison) }),
            value: Match.equals.rawValue)
        let content: HTML = """
            <div class="columns inviting"><div>\(InvitingWay.claim.choices(path, role))
            <form method="get" action="\(organization.path(.mappings))"><input type="hidden" name="add" value="1">
            <div class="panel"><div class="form"><div class="thirds">\(FormField("claim", "Claim", value: claim, isRequired: true, maximum: 255).markup)\(comparison.markup)\(FormField("value", "Value", value: value, maximum: 1024).markup)</div>\(seen.claimLine)\(seen.valueLine)\(RoleChoice(chosen: role).markup)</div>\(seen.carrierLine)
            <div class="buttons foot-row"><button type="submit" class="primary">Preview rule</button><a class="button" href="\(organization.path(.members))">Cancel</a><span class="small quiet">You see who gains access before anything is saved</span></div></div></form></div>
            <aside class="panel"><div>\(InvitingWay.steps([("You preview the rule", "Who gains, loses or changes a role."), ("You save it", "It's in effect at once, for open sessions too."), ("People sign in as usual", "No link needed. Without the claim, the role ends.")]))</div></aside></div>
            """
        return organization.page(.members, account, head: InvitingWay.head(in: organization), content)
    }

    /// The address of the page with a claim and a value.
    static func address(_ path: String, claim: String, value: String, _ role: Role) -> String {
        [("by", "claim"), ("claim", claim), ("value", value), ("role", role == .viewer ? "" : role.rawValue)]
            .address(of: path)
    }
}
