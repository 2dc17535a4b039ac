internal import AccessUseCases
internal import ClaimEvidence
internal import ClaimMapping
internal import Endpoints
internal import HTTPMessage
internal import PageLayout
internal import Text
internal import Web

/// The part of the rules that a page shows.
public struct RuleQuery: Sendable {
    /// Shown are rules with this text in the claim's name, the value or the role; empty for all.
    public var text = ""
    /// The page, from 1.
    public var page = 1
    /// The rules per page.
    public var limit = 50

    public init() {}
}

extension RuleQuery {
    init(_ query: [ExactText: String]) {
        text = String((query["q"] ?? "").unicodeScalars.prefix(200))
        page = query["page"].flatMap { Int($0) } ?? 1
        limit = query["limit"].flatMap { Int($0) }.flatMap { Pager.limits.contains($0) ? $0 : nil } ?? 50
    }

    /// The rules of the page that a query selects.
    func page(of rules: [Mapping]) -> RulePage {
        let found = rules.filter(finds)
        let pages = max(1, (found.count + limit - 1) / limit)
        let number = min(max(1, page), pages)
        return RulePage(
            shown: found.dropFirst((number - 1) * limit).prefix(limit), number: number, matches: found.count)
    }

    private func finds(_ rule: Mapping) -> Bool {
        let wanted = text.asciiLowercased()
        return wanted.isEmpty
            || [rule.claimName, rule.claimValue, rule.role.title, rule.match.words].contains {
                $0.asciiLowercased().holds(exactly: wanted)
            }
    }
}

/// The rules of one page.
struct RulePage {
    let shown: ArraySlice<Mapping>
    /// The number of the page, from 1.
    let number: Int
    /// The number of rules that match the search.
    let matches: Int
}

/// The table of rules with its search and pages.
struct RuleList {
    let organization: OrganizationHeader
    let rules: [Mapping]
    let fileCount: Int
    /// The members whose role comes from each rule, by the rules' ids; nil if they could not be counted.
    let people: [ExactText: Int]?
    /// The users who added or last changed the rules, by the rules' ids.
    var authors: [ExactText: RuleAuthor] = [:]
    let query: RuleQuery
    let times: PageTimes
    let tag: String
    let formToken: String?

    private var path: String { organization.path(.mappings) }

    /// The id of the form that the buttons of all rows belong to.
    private static let moveForm = "move-rule"

    var markup: HTML {
        guard !rules.isEmpty else {
            let button: HTML? =
                formToken == nil ? nil : "<p><a class=\"button\" href=\"\(path)?add=1#rule\">Add a rule</a></p>"
            return
                "<div class=\"panel\"><div class=\"empty\"><p>No rules yet. A rule gives everyone with a certain claim a role.</p>\(button)</div></div>"
        }
        let page = query.page(of: rules)
        let isLong = rules.count > Pager.limits[0]
        let pager = Pager(
            page: page.number, limit: query.limit, shown: page.shown.count, matches: page.matches, all: rules.count,
            url: { url(page: $0, limit: $1) })
        return """
            <div class="panel">\(isLong || !query.text.isEmpty ? toolbar : nil)
            <div id="results">\(page.shown.isEmpty ? nothing : table(page.shown))
            \(isLong || !query.text.isEmpty ? pager.markup : nil)</div>
            <p class="panel-note">People: members whose role comes from this rule, by their last sign-in.</p></div>
            \(moveForm)
            """
    }

    private var toolbar: HTML {
        ListToolbar(
            action: path,
            fields: [
                .search(name: "q", label: "Search rules", value: query.text),
                .hidden(name: "limit", value: String(query.limit)),
            ], clear: query.text.isEmpty ? nil : path
        ).markup
    }

    private var nothing: HTML {
        """
        <p class="empty">No rules match "\(query.text)". <a href="\(path)">Clear search</a></p>
        """
    }

    private var moveForm: HTML? {
        formToken.map { token in
            """
            <form id="\(RuleList.moveForm)" method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(token)"><input type="hidden" name="action" value="move"><input type="hidden" name="step" value="move"><input type="hidden" name="tag" value="\(tag)"></form>
            """
        }
    }

    private func url(page: Int, limit: Int) -> String {
        var items = query.text.isEmpty ? [] : [(name: "q", value: query.text)]
        if limit != 50 { items.append(("limit", String(limit))) }
        if page > 1 { items.append(("page", String(page))) }
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }

    // MARK: Rows

    private func table(_ shown: ArraySlice<Mapping>) -> HTML {
        let actions: HTML? =
            formToken == nil ? nil : "<th scope=\"col\"><span class=\"hidden\">Actions</span></th>"
        return """
            <div class="scroll" role="region" aria-labelledby="rules-caption" tabindex="0"><table class="rule-table"><caption id="rules-caption" class="hidden">Rules in the order in which they are checked</caption>
            <thead><tr><th scope="col">Order</th><th scope="col">Condition</th><th scope="col">Role</th><th scope="col">Managed by</th><th scope="col" class="number">People</th>\(actions)</tr></thead>
            <tbody>
            \(shown.map(row))</tbody></table></div>
            """
    }

    /// A row that can have the focus, so that a link to it gives it the focus.
    private func row(_ rule: Mapping) -> HTML {
        let isOfFile = rule.rank <= fileCount
        let manager: HTML =
            isOfFile
            ? "<span class=\"managed\">\(Icon.lock.markup)Configuration file</span>"
            : authors[ExactText(rule.id)].map(author) ?? "Managers"
        let count = people.map { $0[ExactText(rule.id)] ?? 0 } ?? 0
        let label = count == 1 ? "1 person" : "\(Number.grouped(count)) people"
        let number: HTML =
            count == 0
            ? "<span class=\"zero\">\(people == nil ? "–" : "0")</span>"
            : "<a href=\"\(peopleLink(rule))\" aria-label=\"\(label) by rule \(rule.rank)\">\(Number.grouped(count))</a>"
        let actions: HTML? =
            formToken == nil ? nil : "<td class=\"row-actions\">\(isOfFile ? nil : self.actions(rule))</td>"
        return """
            <tr id="rule-\(rule.rank)" tabindex="-1"><td><span class="pill">\(rule.rank)</span></td><th scope="row">\(rule.conditionChip.markup)</th><td>\(rule.role.title)</td><td>\(manager)</td><td class="number">\(number)</td>\(actions)</tr>

            """
    }

    /// Who added or last changed a rule, and when.
    private func author(_ author: RuleAuthor) -> HTML {
        let words: HTML =
            switch author.deed {
            case .added: "Added"
            case .changed: "Changed"
            case .restored: "Restored"
            }
        let isUnknown = author.email.map { _ in author.isEmailVerified == nil } ?? false
        let person =
            author.subject.map { subject in
                PersonCell(
                    name: author.name,
                    address: PersonCell.Address(author.email, isVerified: author.isEmailVerified != false),
                    provider: author.provider, subject: subject,
                    badges: isUnknown ? [Badge(.neutral, "Email verification unknown")] : []
                ).markup
            } ?? "<span>An operator</span>"
        return """
            <div class="author">\(person)<span class="quiet small">\(words) \(times.day(author.at))</span></div>
            """
    }

    private func peopleLink(_ rule: Mapping) -> String {
        "\(organization.path(.members))?\(FormEncoding.query([("rule", rule.id)]))"
    }

    private func actions(_ rule: Mapping) -> HTML {
        let id = FormEncoding.encode(rule.id)
        let menu = RowMenu(
            on: "rule \(rule.rank)",
            [
                [
                    RowMenu.Item("Edit", url: "\(path)?edit=\(id)#rule"),
                    RowMenu.Item("Show people", url: peopleLink(rule)),
                ], [RowMenu.Item("Remove…", url: "\(path)?remove=\(id)", isDestructive: true)],
            ])
        return "\(arrow(rule, up: true))\(arrow(rule, up: false))\(menu.markup)"
    }

    private func arrow(_ rule: Mapping, up isUp: Bool) -> HTML {
        let (sign, rank) = isUp ? ("↑", rule.rank - 1) : ("↓", rule.rank + 1)
        guard rank > fileCount, rank <= rules.count else {
            return "<span class=\"arrow\" aria-hidden=\"true\">\(sign)</span>"
        }
        return """
            <button type="submit" class="arrow" form="\(RuleList.moveForm)" name="move" value="\(rank):\(rule.id)" aria-label="Move rule \(rule.rank) \(isUp ? "up" : "down")">\(sign)</button>
            """
    }
}
