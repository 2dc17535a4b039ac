internal import Text
package import Web

/// The row above a list: tabs that filter it, a search field and selections.
///
/// The script replaces the elements `filters` and `results` while the user types. Without it, *Apply* submits the form.
package struct ListToolbar: Sendable {
    /// A filter as a link with the number of its rows.
    package struct Filter: Sendable {
        let title: String
        let url: String
        /// The number of rows; nil if it is not counted.
        let count: Int?
        let isCurrent: Bool
        let note: String?

        package init(_ title: String, url: String, count: Int? = nil, isCurrent: Bool, note: String? = nil) {
            self.title = title
            self.url = url
            self.count = count
            self.isCurrent = isCurrent
            self.note = note
        }
    }

    /// One field of the form.
    package enum Field: Sendable {
        case search(name: String, label: String, value: String)
        case date(name: String, label: String, value: String)
        case select(name: String, label: String, options: [(value: String, title: String)], chosen: String)
        /// A selection that only a narrow screen shows, for what the table's header does on a wide one.
        case phoneSelect(name: String, label: String, options: [(value: String, title: String)], chosen: String)
        case hidden(name: String, value: String)
    }

    let filters: [Filter]
    let action: String
    let fields: [Field]
    /// The list without search and selections; nil if there are none.
    let clear: String?
    /// The files of the list, for narrow screens.
    let exports: Exports?

    package init(
        filters: [Filter] = [], action: String, fields: [Field], clear: String?, exports: Exports? = nil
    ) {
        self.exports = exports
        self.filters = filters
        self.action = action
        self.fields = fields
        self.clear = clear
    }

    package var markup: HTML {
        "<div class=\"toolbar\">\(filters.isEmpty ? nil : list)\(form)</div>"
    }

    private var list: HTML {
        let items = filters.map { filter -> HTML in
            let current: HTML = filter.isCurrent ? " aria-current=\"true\"" : ""
            let note = filter.note.map { " title=\"\($0)\"" as HTML }
            let count = filter.count.map { " <span class=\"count\">\(Number.grouped($0))</span>" as HTML }
            return "<li><a href=\"\(filter.url)\"\(current)\(note)>\(filter.title)\(count)</a></li>"
        }
        return "<ul id=\"filters\" aria-label=\"Filters\">\(items)</ul>"
    }

    private var form: HTML {
        let clear = clear.map { "<a class=\"button plain\" href=\"\($0)\">Clear</a>" as HTML }
        let leads = fields.first.map { if case .search = $0 { true } else { false } } ?? false
        let rest = fields.dropFirst(leads ? 1 : 0).map(ListToolbar.markup)
        return """
            <form class="search" method="get" action="\(action)" role="search">
            \(leads ? fields.first.map(ListToolbar.markup) : nil)\(ListToolbar.toggle)<span class="extra">\(rest)<button type="submit">Apply</button>\(clear)\(exports?.links)</span>
            </form>
            """
    }

    /// The switch by which a narrow screen shows the fields after the first one.
    package static let toggle: HTML = """
        <label class="toggle button" for="more"><input id="more" type="checkbox" class="hidden"><span class="hidden">Sort and filter</span>\(Icon.filter.markup)</label>

        """

    private static func markup(_ field: Field) -> HTML {
        switch field {
        case .search(let name, let label, let value):
            """
            <label class="hidden" for="\(name)">\(label)</label><span class="find">\(Icon.search.markup)<input id="\(name)" name="\(name)" type="search" value="\(value)" maxlength="200" placeholder="\(label)"></span>

            """
        case .date(let name, let label, let value):
            """
            <label class="beside" for="\(name)">\(label)</label><input id="\(name)" name="\(name)" type="date" value="\(value)">

            """
        case .select(let name, let label, let options, let chosen):
            select(name, label, options, chosen)
        case .phoneSelect(let name, let label, let options, let chosen):
            select(name, label, options, chosen, " class=\"phone\"")
        case .hidden(let name, let value): "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
        }
    }

    private static func select(
        _ name: String, _ label: String, _ options: [(value: String, title: String)], _ chosen: String,
        _ kind: HTML = ""
    ) -> HTML {
        let items = options.map { option -> HTML in
            let isChosen: HTML = option.value.isExactly(chosen) ? " selected" : ""
            return "<option value=\"\(option.value)\"\(isChosen)>\(option.title)</option>"
        }
        return """
            <label class="hidden" for="\(name)">\(label)</label><select id="\(name)" name="\(name)"\(kind)>\(items)</select>

            """
    }
}

/// The row below a list: which part of it is shown, how many rows a page has, and the pages before and after.
package struct Pager: Sendable {
    /// The place of the first row, from 1.
    let first: Int
    /// The number of rows on this page.
    let shown: Int
    /// The number of rows that match the search.
    let matches: Int
    /// The number of rows without the search.
    let all: Int
    /// The rows a page has at most.
    let limit: Int
    let previous: String?
    let next: String?
    /// The page with another number of rows.
    let sizes: [(limit: Int, url: String)]
    /// True if there are more matches than were counted.
    private var isBounded = false
    /// What is counted, such as `events`; empty if it is clear.
    private var noun = ""

    /// The numbers of rows a page may have.
    package static let limits = [25, 50, 100]

    /// - Parameter url: the list's URL with a page, from 1, and a number of rows.
    package init(
        page: Int, limit: Int, shown: Int, matches: Int, all: Int, url: (_ page: Int, _ limit: Int) -> String
    ) {
        first = (page - 1) * limit + 1
        (self.shown, self.matches, self.all, self.limit) = (shown, matches, all, limit)
        previous = page > 1 ? url(page - 1, limit) : nil
        next = first + shown <= matches && shown > 0 ? url(page + 1, limit) : nil
        sizes = Pager.limits.map { ($0, url(1, $0)) }
    }

    /// The row below a list whose pages have cursors instead of numbers.
    ///
    /// - Parameters:
    ///   - first: the place of the first row, from 1.
    ///   - total: the number of rows that match.
    ///   - isBounded: true if there are more than that, which were not counted.
    ///   - noun: what is counted, such as `events`.
    ///   - url: the list's URL with a number of rows.
    package init(
        first: Int, shown: Int, total: Int, isBounded: Bool, noun: String, limit: Int, previous: String?,
        next: String?, url: (_ limit: Int) -> String
    ) {
        (self.first, self.shown, matches, all, self.limit) = (first, shown, total, total, limit)
        (self.previous, self.next, self.isBounded, self.noun) = (previous, next, isBounded, noun)
        sizes = Pager.limits.map { ($0, url($0)) }
    }

    /// The row; nothing if the list would be empty without a search too.
    package var markup: HTML {
        if all == 0 { return "" }
        let range = shown == 0 ? "0" : "\(Number.grouped(first))–\(Number.grouped(first + shown - 1))"
        let text =
            if matches == all {
                "\(range) of \(Number.grouped(all))"
            } else if shown == matches {
                "\(Number.grouped(matches)) of \(Number.grouped(all))"
            } else {
                "\(range) of \(Number.grouped(matches)) (\(Number.grouped(all)) in all)"
            }
        let links = sizes.map { size -> HTML in
            size.limit == limit
                ? "<strong>\(size.limit)</strong> " : "<a href=\"\(size.url)\">\(size.limit)</a> "
        }
        return """
            <nav class="pager" aria-label="Pages"><p>\(text)\(isBounded ? "+" : "")\(noun.isEmpty ? "" : " \(noun)")</p><span class="small quiet">Rows per page: \(links)</span>\(step("Previous", previous, "prev"))\(step("Next", next, "next"))</nav>
            """
    }

    private func step(_ title: String, _ url: String?, _ relation: String) -> HTML {
        url.map { "<a class=\"button slim\" rel=\"\(relation)\" href=\"\($0)\">\(title)</a>" }
            ?? "<span class=\"button slim\" aria-disabled=\"true\">\(title)</span>"
    }
}
