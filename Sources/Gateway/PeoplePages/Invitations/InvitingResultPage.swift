package import AccessUseCases
internal import Endpoints
internal import Identities
package import PageLayout
internal import Time
package import Web

/// The result of inviting people: the links, which stay until the user is done with them.
package struct InvitingResultPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let result: InvitingResult
    /// The id of the kept result; nil if it is shown this once.
    private let id: String?
    private let formToken: String?
    /// The number of links of earlier results that this result took the place of.
    package var replacedLinks = 0

    package init(
        account: Account, organization: OrganizationHeader, result: InvitingResult, id: String?, formToken: String?
    ) {
        (self.account, self.organization, self.result) = (account, organization, result)
        (self.id, self.formToken) = (id, formToken)
    }

    package var document: HTML {
        let path = Paths.invitationLinks.path(organization.id.text)
        let count = result.created.count
        let hasLinks = result.created.contains { $0.link != nil }
        let title = "\(count) \(count == 1 ? "invitation" : "invitations") \(hasLinks ? "created" : "on the way")"
        let done = id.flatMap { id in
            ButtonForm(path: path, token: formToken, fields: [("id", id)], title: "Done", kind: "primary").markup
        }
        let expiry = result.created.map(\.expiresAt).min().map {
            "<span class=\"small quiet\">\(count == 1 ? "It expires" : "Links expire") on \(account.times.moment($0))</span>"
                as HTML
        }
        let content: HTML = """
            \(replacement?.markup)<div class="panel links"><div class="result"><span class="tick">\(Icon.check.markup)</span><div><h2>\(title)</h2><p>\(text(hasLinks))</p></div></div>
            \(result.created.enumerated().map { item($0, $1) })\(others)
            <div class="buttons foot-row">\(done)<a class="button" href="\(Paths.newInvitations.path(organization.id.text))">Invite more</a>\(expiry)</div></div>
            """
        return organization.page(.members, account, head: InvitingWay.head(in: organization), content)
    }

    private var replacement: Notice? {
        guard replacedLinks > 0 else { return nil }
        let links = replacedLinks == 1 ? "1 earlier link is" : "\(Number.grouped(replacedLinks)) earlier links are"
        let them = replacedLinks == 1 ? "it was" : "they were"
        let list = Paths.invitations.path(organization.id.text)
        return Notice(
            .caution,
            "\(links) not shown any more, because too many are kept at once. If \(them) not passed on, make a new link in the <a href=\"\(list)\">list of invitations</a>."
        )
    }

    private func text(_ hasLinks: Bool) -> HTML {
        guard hasLinks else { return "The emails are being sent. The list of invitations shows what becomes of each." }
        let stay: HTML =
            id == nil
            ? "They are shown only this once."
            : "The links stay here until you select Done, for an hour at most; after that you can only make new ones."
        return
            "No mail server is set up, so nothing was sent. Copy each link and pass it on yourself. \(stay)"
    }

    private func item(_ index: Int, _ item: InvitingResult.Created) -> HTML {
        guard let link = item.link else { return "<div class=\"link\"><strong>\(item.email)</strong></div>" }
        return """
            <div class="link"><label for="link-\(index)">\(item.email)</label><div class="copied"><input id="link-\(index)" class="once" readonly value="\(link)"><button type="button" data-copy="link-\(index)" aria-label="Copy the link for \(item.email)">\(Icon.copy.markup)Copy</button></div></div>

            """
    }

    private var others: HTML? {
        guard !result.others.isEmpty else { return nil }
        let items = result.others.map { "<li><strong>\($0.email)</strong> \($0.text)</li>" as HTML }
        return "<div class=\"link\"><h3>Not invited</h3><ul class=\"plain-list\">\(items)</ul></div>"
    }
}
