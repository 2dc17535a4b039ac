internal import Audit
internal import HTTPMessage
internal import Text
internal import Time
internal import TimeZones

/// The filters of the page, as the user entered them.
struct AuditFilter: Sendable {
    /// A day (`YYYY-MM-DD`) in the user's time zone, or an RFC 3339 time; empty for no bound.
    var from = ""
    /// The last day, included, or an RFC 3339 time, excluded; empty for no bound.
    var to = ""
    var text = ""
    var actor = ""
    var target = ""
    var action = ""
    var outcome = ""
    var limit = 50

    /// What is wrong with the days, as sentences.
    private(set) var faults: [ExactText: String] = [:]
    /// The query's items with times instead of days; faulty ones are left out.
    private(set) var items: [(name: String, value: String)] = []

    init() {}

    /// - Parameters:
    ///   - query: the items of the URL; nil if its encoding is invalid.
    ///   - zone: the zone of the days.
    init(_ query: [(name: String, value: String)]?, in zone: TimeZone) {
        let fields: [ExactText: WritableKeyPath<AuditFilter, String>] = [
            "from": \.from, "to": \.to, "q": \.text, "actor": \.actor, "target": \.target, "action": \.action,
            "outcome": \.outcome,
        ]
        for (name, value) in query ?? [] {
            if let field = fields[ExactText(name)] { self[keyPath: field] = value }
            if name == "limit" { limit = Int(value) ?? 50 }
        }
        let (first, end) = (bound("from", from, zone, after: 0), bound("to", to, zone, after: 1))
        if let first, let end, first >= end { faults["to"] = "The last day is before the first one." }
        items = (query ?? []).compactMap { item -> (name: String, value: String)? in
            guard item.name == "from" || item.name == "to" else { return item }
            guard let moment = item.name == "from" ? first : end else { return nil }
            return faults[ExactText(item.name)] == nil ? (item.name, moment.rfc3339) : nil
        }
    }

    /// - Parameter days: the days after the named one.
    private mutating func bound(_ name: String, _ text: String, _ zone: TimeZone, after days: Int) -> Timestamp? {
        if text.isEmpty { return nil }
        if let day = CalendarDay(text) { return zone.start(of: day + days) }
        if let moment = Timestamp(rfc3339: text) { return moment }
        faults[ExactText(name)] = "Enter a date, such as 2026-01-31."
        return nil
    }

    /// True if no filter is set.
    var isEmpty: Bool { parameters.isEmpty }

    /// The filters as parameters of the page, without its size.
    var parameters: [(name: String, value: String)] {
        [
            ("q", text), ("action", action), ("outcome", outcome), ("from", from), ("to", to), ("actor", actor),
            ("target", target),
        ].filter { !$0.1.isEmpty }
    }

    /// The page with these filters.
    func link(_ path: String, _ more: [(name: String, value: String)] = []) -> String {
        let size = limit == 50 ? [] : [("limit", String(limit))]
        let items = parameters + size + more
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }

    /// The page with a filter removed.
    func without(_ field: WritableKeyPath<AuditFilter, String>, _ path: String) -> String {
        var filter = self
        filter[keyPath: field] = ""
        return filter.link(path)
    }
}
