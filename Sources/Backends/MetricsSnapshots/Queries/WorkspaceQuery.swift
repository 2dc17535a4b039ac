internal import InventoryStore
internal import Text

/// A fault in one parameter of a query (400).
public struct QueryIssue: Sendable, Hashable {
    /// The parameter's name.
    public let parameter: String
    /// One sentence, which does not name the parameter.
    public let detail: String

    package init(parameter: String, detail: String) {
        (self.parameter, self.detail) = (parameter, detail)
    }

    // MARK: Details

    package static let twice = "The parameter occurs twice."

    package static func choice(of values: [String]) -> String {
        "The value must be one of: \(values.joined(separator: ", "))."
    }
}

/// All faults of a query.
public struct QueryError: Error, Sendable, Hashable {
    /// The faults, at least one.
    public let faults: [QueryIssue]

    package init(faults: [QueryIssue]) {
        self.faults = faults
    }
}

/// A query for an organization's workspaces: filter, order and page.
public struct WorkspaceQuery: Sendable, Hashable {
    /// A substring of names and ids, compared without regard to case. Empty matches all.
    public let text: String
    /// A substring of owners' email addresses, compared without regard to case. Empty matches all.
    public let owner: String
    /// A choice of workspaces by their figures; nil matches all.
    public let filter: WorkspaceFilter?
    let order: RowOrder
    /// The maximum number of rows, 1–500.
    public let limit: Int
    let cursor: PageCursor?

    /// What rows are sorted by. Rows without that number are last in both directions.
    public var sort: WorkspaceSort { order.sort }
    public var isDescending: Bool { order.isDescending }
    /// True if the query may leave workspaces out.
    public var isSearch: Bool { !text.isEmpty || !owner.isEmpty || filter != nil }
    /// True if the query continues after another page.
    public var isContinued: Bool { cursor != nil }

    /// Creates a query for the first 50 of all workspaces, by name.
    public init() {
        (text, owner, filter, order, limit, cursor) = ("", "", nil, RowOrder(), 50, nil)
    }

    /// Parses `q`, `owner`, `filter`, `sort`, `order`, `limit` and `cursor`, percent-decoded. An empty value counts as
    /// absent. Other parameters are ignored.
    public init(_ parameters: [(name: String, value: String)]) throws(QueryError) {
        var values: [ExactText: String] = [:]
        var faults: [QueryIssue] = []
        func note(_ parameter: String, _ detail: String) {
            faults.append(QueryIssue(parameter: parameter, detail: detail))
        }
        for (name, value) in parameters where WorkspaceQuery.names.contains(exactly: name) {
            if values.updateValue(value, forKey: ExactText(name)) != nil { note(name, QueryIssue.twice) }
        }
        let given = values.filter { !$0.value.isEmpty }
        text = given["q"] ?? ""
        owner = given["owner"] ?? ""
        for (name, value) in [("q", text), ("owner", owner)] where value.utf8.count > 1000 || value.utf8.contains(0) {
            note(name, "The text must have at most 1000 bytes, without U+0000.")
        }
        filter = given["filter"].flatMap { WorkspaceFilter(exactly: $0) }
        if given["filter"] != nil, filter == nil {
            note("filter", QueryIssue.choice(of: WorkspaceFilter.allCases.map(\.rawValue)))
        }

        var order = RowOrder()
        if let text = given["sort"] {
            let sort = WorkspaceSort(exactly: text)
            if sort == nil { note("sort", QueryIssue.choice(of: WorkspaceSort.all.map(\.text))) }
            order.sort = sort ?? .name
        }
        switch given["order"] {
        case nil, "asc": break
        case "desc": order.isDescending = true
        default: note("order", QueryIssue.choice(of: ["asc", "desc"]))
        }
        self.order = order

        let number = given["limit"].map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil } ?? 50
        limit = number ?? 0
        if !(1...500).contains(limit) { note("limit", "The limit must be a number from 1 to 500.") }

        cursor = given["cursor"].flatMap(PageCursor.init)
        if given["cursor"] != nil, cursor == nil { note("cursor", "The list has no such cursor.") }
        if let cursor, cursor.query != WorkspaceQuery.fingerprint(text, owner, filter, order) {
            note("cursor", "The cursor belongs to another search or order. Begin without a cursor.")
        }
        guard faults.isEmpty else { throw QueryError(faults: faults) }
    }

    private static let names = ["q", "owner", "filter", "sort", "order", "limit", "cursor"]

    /// A hash of the parameters that a cursor is bound to.
    var fingerprint: UInt64 { WorkspaceQuery.fingerprint(text, owner, filter, order) }

    private static func fingerprint(
        _ text: String, _ owner: String, _ filter: WorkspaceFilter?, _ order: RowOrder
    ) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.add(text)
        fingerprint.add(owner)
        fingerprint.add(filter?.rawValue ?? "")
        fingerprint.add(order.sort.text)
        fingerprint.add(order.isDescending ? "desc" : "asc")
        return fingerprint.value
    }
}
