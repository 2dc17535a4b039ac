internal import Endpoints
internal import HTTPMessage
internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
internal import Text
internal import Web

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

    private var search: HTML {
        """
        <form class="search" method="get" action="\(path)" role="search">
        <div><label for="q">Search workspaces</label><input id="q" name="q" type="search" value="\(query.text)" maxlength="200"></div>
        <div><label for="owner">Owner’s email</label><input id="owner" name="owner" type="search" value="\(query.owner)" maxlength="200"></div>
        <input type="hidden" name="sort" value="\(query.sort.text)"><input type="hidden" name="order" value="\(query.isDescending ? "desc" : "asc")"><input type="hidden" name="limit" value="\(query.limit)">\(filterField)
        <button type="submit">Search</button>\(reset)
        </form>
        """
    }

    private var filterField: HTML? {
        query.filter.map { "<input type=\"hidden\" name=\"filter\" value=\"\($0.rawValue)\">" }
    }

    private var reset: HTML? {
        query.isSearch ? "<a class=\"button plain\" href=\"\(allLink)\">Show all</a>" : nil
    }

    private var nothing: HTML {
        query.isSearch || query.isContinued
            ? "<p class=\"empty\">No workspace matches. <a href=\"\(allLink)\">Show all \(Number.grouped(all))</a>.</p>"
            : """
            <p class="empty">No workspaces yet. They appear when the platform publishes its inventory.</p>
            """
    }

    private var table: HTML {
        """
        <div class="scroll" role="region" aria-labelledby="caption" tabindex="0">
        <table>
        <caption id="caption">\(caption)</caption>
        <thead><tr>\(heading("Workspace", .name, isNumber: false))\(Metric.allCases.map { heading($0.title, .metric($0), isNumber: true) })<th scope="col">Owners</th></tr></thead>
        <tbody>
        \(page.rows.map(row))
        </tbody>
        </table>
        </div>
        """
    }

    private var caption: HTML {
        query.isSearch ? "Matching workspaces" : "All workspaces"
    }

    private func heading(_ title: String, _ sort: WorkspaceSort, isNumber: Bool) -> HTML {
        let isSorted = query.sort == sort
        // Numbers sort from the largest down at first, names from A.
        let next = isSorted ? !query.isDescending : sort != .name
        let state: HTML = isSorted ? " aria-sort=\"\(query.isDescending ? "descending" : "ascending")\"" : ""
        let arrow: HTML =
            isSorted
            ? (query.isDescending ? " <span aria-hidden=\"true\">▾</span>" : " <span aria-hidden=\"true\">▴</span>")
            : ""
        return """
            <th scope="col"\(state)\(isNumber ? " class=\"number\"" as HTML : "")><a href="\(link(sort: sort, isDescending: next))">\(title)\(arrow)</a></th>
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

    private func link(sort: WorkspaceSort? = nil, isDescending: Bool? = nil, cursor: String? = nil) -> String {
        let filter = query.filter?.rawValue ?? ""
        return link(
            [("q", query.text), ("owner", query.owner), ("filter", filter)], sort ?? query.sort,
            isDescending ?? query.isDescending, cursor)
    }

    /// The address of all workspaces, in the same order.
    private var allLink: String { link([], query.sort, query.isDescending, nil) }

    private func link(
        _ search: [(name: String, value: String)], _ sort: WorkspaceSort, _ isDescending: Bool, _ cursor: String?
    ) -> String {
        var items = search.filter { !$0.value.isEmpty }
        if sort != .name || isDescending {
            items += [("sort", sort.text), ("order", isDescending ? "desc" : "asc")]
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
