internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
internal import PageLayout
internal import Text
internal import Time
internal import Web

/// The table of workspaces: links and one form search, filter, sort and page it, and keep the rest of the query.
struct WorkspaceTable: Sendable {
    let organization: String
    let query: WorkspaceQuery
    let page: WorkspaceTablePage
    /// The total number of workspaces.
    let all: Int
    let times: PageTimes

    var markup: HTML {
        guard all > 0 else {
            return """
                <p class="empty">No workspaces yet. They appear when the platform publishes its inventory.</p>
                """
        }
        return """
            <div class="panel">\(toolbar)
            <div id="results">\(page.rows.isEmpty ? nothing : table)
            \(pager)</div></div>
            """
    }

    // MARK: Toolbar

    private var toolbar: HTML {
        let filters = ([nil] + WorkspaceFilter.allCases.map { $0 }).map { filter in
            ListToolbar.Filter(
                WorkspaceTable.title(filter), url: link(filter: .some(filter)),
                count: filter.map { page.found[$0] ?? 0 } ?? page.searched, isCurrent: filter == query.filter,
                note: filter == .large ? "Uses 5% or more of an entitlement" : nil)
        }
        return ListToolbar(
            filters: filters, action: path,
            fields: [
                .search(name: "q", label: "Search workspaces", value: query.text),
                .search(name: "owner", label: "Any owner", value: query.owner),
                .phoneSelect(
                    name: "sort", label: "Sort by", options: WorkspaceTable.sorts.map { ($0.text, $1) },
                    chosen: query.sort.text),
                .phoneSelect(
                    name: "order", label: "Order", options: [("asc", "Ascending"), ("desc", "Descending")],
                    chosen: query.isDescending ? "desc" : "asc"),
                .hidden(name: "limit", value: String(query.limit)),
            ] + (query.filter.map { [.hidden(name: "filter", value: $0.rawValue)] } ?? []),
            clear: query.text.isEmpty && query.owner.isEmpty ? nil : link([], filter: query.filter),
            exports: exports
        ).markup
    }

    private static func title(_ filter: WorkspaceFilter?) -> String {
        switch filter {
        case nil: "All"
        case .grew: "Grew in 30 days"
        case .large: "Large share"
        case .empty: "Empty"
        case .noOwner: "No owner"
        }
    }

    private static let sorts: [(WorkspaceSort, String)] =
        [(.name, "Name")] + Metric.allCases.map { (.metric($0), $0.title) }
        + [(.change, "Change in 30 days"), (.publishedAt, "Last published")]

    private var nothing: HTML {
        let sought = [query.text, query.owner].filter { !$0.isEmpty }.map { " “\($0)”" }.joined(separator: ",")
        return """
            <p class="empty">No workspaces match\(sought.isEmpty ? " this filter" : sought). <a href="\(link([], filter: nil))">\(sought.isEmpty ? "Show all \(Number.grouped(all))" : "Clear search")</a></p>
            """
    }

    // MARK: Rows

    private var table: HTML {
        let metrics = Metric.allCases.map { metric -> HTML in
            metric == .workflows
                ? heading("Workflows", .metric(.workflows), isNumber: true, beside: ("30 d", .change))
                : heading(metric.shortTitle, .metric(metric), isNumber: true)
        }
        return """
            <div class="scroll" role="region" aria-labelledby="caption" tabindex="0">
            <table class="figures">
            <caption id="caption" class="hidden">\(query.isSearch ? "Matching workspaces" : "All workspaces"), with changes over 30 days</caption>
            <thead><tr>\(heading("Workspace", .name, isNumber: false))\(metrics)\(heading("Published", .publishedAt, isNumber: true))<th scope="col">Owners</th></tr></thead>
            <tbody>
            \(page.rows.map(row))
            </tbody>
            </table>
            </div>
            """
    }

    private func heading(
        _ title: String, _ sort: WorkspaceSort, isNumber: Bool,
        beside second: (title: String, sort: WorkspaceSort)? = nil
    ) -> HTML {
        let isSorted = query.sort == sort || second.map { $0.sort == query.sort } ?? false
        let state: HTML = isSorted ? " aria-sort=\"\(query.isDescending ? "descending" : "ascending")\"" : ""
        let other = second.map { " \(sortLink($0.title, $0.sort, note: "Change over 30 days"))" as HTML }
        return """
            <th scope="col"\(state)\(isNumber ? " class=\"number\"" as HTML : "")>\(sortLink(title, sort))\(other)</th>
            """
    }

    private func sortLink(_ title: String, _ sort: WorkspaceSort, note: String? = nil) -> HTML {
        let isSorted = query.sort == sort
        // Numbers sort from the largest down at first, names from A.
        let next = isSorted ? !query.isDescending : sort != .name
        let arrow: HTML? = isSorted ? " <span aria-hidden=\"true\">\(query.isDescending ? "↓" : "↑")</span>" : nil
        let title: HTML = "\(title)\(arrow)"
        let named = note.map { " title=\"\($0)\"" as HTML }
        return """
            <a\(isSorted ? " class=\"sorted\"" as HTML : "")\(named) href="\(link(sort: sort, isDescending: next))">\(title)</a>
            """
    }

    private func row(_ row: WorkspaceRow) -> HTML {
        let numbers = Metric.allCases.map { metric -> HTML in
            let count = row.counts[metric]
            let change = row.change(of: metric).flatMap { $0 == 0 ? nil : Number.signed($0) }
            let figure: HTML = count == 0 ? "<span class=\"zero\">0</span>" : "\(Number.grouped(count))"
            return """
                <td class="number" data-label="\(metric.shortTitle.asciiLowercased())">\(figure)<span class="change">\(change ?? "")</span></td>
                """
        }
        let published = row.publishedAt.map(times.brief)
        return """
            <tr><th scope="row"><a href="\(Paths.workspace.path(organization, row.id))" title="\(row.id)">\(row.name)</a></th>\(numbers)<td class="number when" data-label="Published">\(published ?? "<span class=\"zero\">–</span>")</td><td class="owners" data-label="Owners">\(owners(row))</td></tr>

            """
    }

    private func owners(_ row: WorkspaceRow) -> HTML {
        guard !row.owners.isEmpty else { return Badge(.near, "No owner").markup }
        let shown = row.owners.prefix(2).map { owner -> HTML in
            let name = owner.name.isEmpty ? owner.email.spelling : owner.name
            let workspaces = "\(path)?\(FormEncoding.query([("owner", owner.email.spelling)]))"
            return """
                <a class="chip" href="\(workspaces)" title="\(owner.email.spelling)">\(Avatar(name).markup)<span>\(name)</span></a>
                """
        }
        let others = row.owners.dropFirst(2).map {
            $0.name.isEmpty ? $0.email.spelling : "\($0.name) (\($0.email.spelling))"
        }
        let rest: HTML? =
            others.isEmpty
            ? nil
            : "<span class=\"chip more\" title=\"\(others.prefix(20).joined(separator: ", "))\">+\(others.count)</span>"
        return "<div class=\"chips\">\(shown)\(rest)</div>"
    }

    private var pager: HTML {
        Pager(page: page.number, limit: query.limit, shown: page.rows.count, matches: page.matches, all: all) {
            link(limit: $1, page: $0)
        }.markup
    }

    // MARK: Addresses

    private var path: String { Paths.organization.path(organization) }

    /// The page's own URL with some parameters changed. Another order, filter or size begins at the first page.
    private func link(
        sort: WorkspaceSort? = nil, isDescending: Bool? = nil, filter: WorkspaceFilter?? = nil, limit: Int? = nil,
        page: Int = 1
    ) -> String {
        link(
            [("q", query.text), ("owner", query.owner)], sort: sort, isDescending: isDescending,
            filter: filter ?? query.filter, limit: limit, page: page)
    }

    private func link(
        _ search: [(name: String, value: String)], sort: WorkspaceSort? = nil, isDescending: Bool? = nil,
        filter: WorkspaceFilter?, limit: Int? = nil, page: Int = 1
    ) -> String {
        let (sort, isDescending, limit) = (sort ?? query.sort, isDescending ?? query.isDescending, limit ?? query.limit)
        var items = (search + [("filter", filter?.rawValue ?? "")]).filter { !$0.value.isEmpty }
        if sort != .name || isDescending {
            items += [("sort", sort.text), ("order", isDescending ? "desc" : "asc")]
        }
        if limit != 50 { items.append(("limit", String(limit))) }
        if page > 1 { items.append(("page", String(page))) }
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }

    /// The files with all matches. Their format is a parameter, since a link cannot state what it accepts.
    var exports: Exports {
        let isFiltered = page.matches != all
        let own = link()
        return Exports(
            "\(Number.grouped(page.matches)) workspaces\(isFiltered ? ", filters applied" : "")",
            [("CSV", "csv"), ("JSON", "json")].map { title, format in
                Exports.File(
                    title, url: own + (own.holds("?") ? "&" : "?") + "format=\(format)",
                    name: "\(organization)-workspaces.\(format)")
            })
    }
}
