internal import Endpoints
internal import HTTPMessage
internal import Inventory
internal import Text
internal import Web
internal import WorkspaceMetrics

/// The table of workspaces: links and one form search, sort and page it, and keep the rest of the query.
struct WorkspaceTable: Sendable {
    let organization: String
    let query: WorkspaceQuery
    let page: WorkspacePage
    /// The total number of workspaces.
    let all: Int

    var markup: HTML {
        "\(search)\n\(page.rows.isEmpty ? nothing : table)\n\(footer)"
    }

    private var isFiltered: Bool { !query.text.isEmpty || !query.owner.isEmpty }

    private var search: HTML {
        """
        <form class="search" method="get" action="\(path)" role="search">
        <div><label for="q">Search workspaces</label><input id="q" name="q" type="search" value="\(query.text)" maxlength="200"></div>
        <div><label for="owner">Owner’s email</label><input id="owner" name="owner" type="search" value="\(query.owner)" maxlength="200"></div>
        <input type="hidden" name="sort" value="\(query.sort?.rawValue ?? "name")"><input type="hidden" name="order" value="\(query.isDescending ? "desc" : "asc")"><input type="hidden" name="limit" value="\(query.limit)">
        <button type="submit">Search</button>\(reset)
        </form>
        """
    }

    private var reset: HTML? {
        isFiltered ? "<a class=\"button plain\" href=\"\(link(q: "", owner: ""))\">Show all</a>" : nil
    }

    private var nothing: HTML {
        isFiltered || query.isContinued
            ? "<p class=\"empty\">No workspace matches. <a href=\"\(link(q: "", owner: ""))\">Show all \(Number.grouped(all))</a>.</p>"
            : """
            <p class="empty">No workspaces yet. They appear when the platform publishes its inventory.</p>
            """
    }

    private var table: HTML {
        """
        <div class="scroll" role="region" aria-labelledby="caption" tabindex="0">
        <table>
        <caption id="caption">\(caption)</caption>
        <thead><tr>\(heading("Workspace", nil, isNumber: false))\(Metric.allCases.map { heading($0.title, $0, isNumber: true) })<th scope="col">Owners</th></tr></thead>
        <tbody>
        \(page.rows.map(row))
        </tbody>
        </table>
        </div>
        """
    }

    private var caption: HTML {
        isFiltered ? "Matching workspaces" : "All workspaces"
    }

    private func heading(_ title: String, _ metric: Metric?, isNumber: Bool) -> HTML {
        let isSorted = query.sort == metric
        // Numbers sort from the largest down at first, names from A.
        let next = isSorted ? !query.isDescending : metric != nil
        let state: HTML = isSorted ? " aria-sort=\"\(query.isDescending ? "descending" : "ascending")\"" : ""
        let arrow: HTML =
            isSorted
            ? (query.isDescending ? " <span aria-hidden=\"true\">▾</span>" : " <span aria-hidden=\"true\">▴</span>")
            : ""
        return """
            <th scope="col"\(state)\(isNumber ? " class=\"number\"" as HTML : "")><a href="\(link(sort: metric, isDescending: next))">\(title)\(arrow)</a></th>
            """
    }

    private func row(_ row: WorkspaceRow) -> HTML {
        let numbers = Metric.allCases.map { metric -> HTML in
            "<td class=\"number\" data-label=\"\(metric.title)\">\(Number.grouped(row.counts[metric]))</td>"
        }
        return """
            <tr><th scope="row">\(row.name)<span class="quiet">\(row.id)</span></th>\(numbers)<td class="owners" data-label="Owners">\(owners(row))</td></tr>

            """
    }

    private func owners(_ row: WorkspaceRow) -> HTML {
        guard !row.owners.isEmpty else { return "<span class=\"bad\">no owner</span>" }
        let shown = row.owners.prefix(3).map { owner -> HTML in
            "<li title=\"\(owner.email)\">\(owner.name.isEmpty ? owner.email : owner.name)</li>"
        }
        let rest = row.owners.count - 3
        guard rest > 0 else { return "<ul>\(shown)</ul>" }
        let others = row.owners.dropFirst(3).map { owner -> HTML in
            "<li title=\"\(owner.email)\">\(owner.name.isEmpty ? owner.email : owner.name)</li>"
        }
        return "<ul>\(shown)</ul><details><summary>and \(rest) more</summary><ul>\(others)</ul></details>"
    }

    private var footer: HTML {
        let first: HTML? =
            query.isContinued ? "<a class=\"button\" href=\"\(link())\">First page</a>" : nil
        let next: HTML? = page.nextCursor.map { cursor in
            "<a class=\"button\" rel=\"next\" href=\"\(link(cursor: cursor))\">Next \(query.limit)</a>"
        }
        return """
            <div class="row"><nav aria-label="Pages">\(first)\(next)</nav><a class="button plain" href="\(exportLink)" download="\(organization)-workspaces.csv">Export as CSV</a></div>
            """
    }

    // MARK: Addresses

    private var path: String { Paths.organization.path(organization) }

    private func link(
        q: String? = nil, owner: String? = nil, sort: Metric?? = .none, isDescending: Bool? = nil, cursor: String? = nil
    ) -> String {
        let sort: Metric? = if case .some(let chosen) = sort { chosen } else { query.sort }
        let isDescending = isDescending ?? query.isDescending
        var items: [(name: String, value: String)] = [("q", q ?? query.text), ("owner", owner ?? query.owner)]
        items = items.filter { !$0.value.isEmpty }
        if sort != nil || isDescending {
            items += [("sort", sort?.rawValue ?? "name"), ("order", isDescending ? "desc" : "asc")]
        }
        if query.limit != 50 { items.append(("limit", String(query.limit))) }
        if let cursor { items.append(("cursor", cursor)) }
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }

    /// The page's own URL with `format=csv`, since a link cannot state what it accepts.
    private var exportLink: String {
        let own = link()
        return own + (own.holds("?") ? "&" : "?") + "format=csv"
    }
}
