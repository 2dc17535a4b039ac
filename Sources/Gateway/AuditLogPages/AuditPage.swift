internal import Endpoints
internal import Identities
internal import PageLayout
internal import Text
internal import Time
internal import TimeZones
internal import Web

/// The audit log of an organization, newest first, in bands of days.
struct AuditPage: DocumentPage {
    /// The events of one page, and its place in the whole.
    struct Listing: Sendable {
        let entries: [AuditEntry]
        /// The number of this page, from 1.
        let number: Int
        /// The number of events that match the filters.
        let total: Int
        /// True if only the first of them were counted.
        let isBounded: Bool
        /// The sequences that bound the pages before and after this one; nil if there is none.
        let newerThan: Int?
        let olderThan: Int?
    }

    let account: Account
    let organization: OrganizationHeader
    let filter: AuditFilter
    let listing: Listing
    let names: AuditNames
    var notice: Notice?

    private var path: String { organization.path(.audit) }
    private var times: PageTimes { account.times }

    var document: HTML {
        let head = PageHead(
            "Audit log",
            explanation:
                "Who did what, to whom and when. Events are linked by hash, so a changed or missing one is noticed.",
            actions: exports.menu)
        let content: HTML = """
            \(notice?.markup)
            <div class="panel log">\(AuditFilterForm(filter: filter, path: path, exports: exports).markup)
            <div id="results">\(chips)\(listing.entries.isEmpty ? nothing : table)
            \(listing.entries.isEmpty && listing.number == 1 ? nil : pager)</div></div>
            """
        return organization.page(.audit, account, head: head, content)
    }

    private var exports: Exports {
        Exports(
            "\(filter.isEmpty ? "All events" : "Filters applied"). Exports are recorded here.",
            [("csv", "CSV"), ("jsonl", "JSON lines")].map { format, title in
                Exports.File(
                    title, url: filter.link(path, [("format", format)]),
                    name: "\(organization.id.text)-audit.\(format)")
            })
    }

    /// The filters that the form does not show, each with a link that removes it.
    private var chips: HTML? {
        let entries = listing.entries
        let target = entries.first { $0.target.isExactly(filter.target) }
        let actor = entries.first { ($0.actor?.id ?? $0.actor?.subject).isExactly(filter.actor) }?.actor?.title
        let parts = [
            ("Actor", actor ?? filter.actor, \AuditFilter.actor),
            ("Target", target?.person?.title ?? target?["email"] ?? filter.target, \AuditFilter.target),
        ]
        let shown = parts.filter { !filter[keyPath: $0.2].isEmpty }.map { label, value, field -> HTML in
            """
            <li><span class="quiet">\(label):</span> <strong>\(value)</strong> <a href="\(filter.without(field, path))" aria-label="Remove the filter \(label): \(value)">\(Icon.close.markup)</a></li>
            """
        }
        return shown.isEmpty ? nil : "<ul class=\"active-filters\" aria-label=\"Active filters\">\(shown)</ul>"
    }

    private var nothing: HTML {
        let clear: HTML? = filter.isEmpty ? nil : "<a class=\"button\" href=\"\(path)\">Clear filters</a>"
        return "<div class=\"empty\"><p>No events match these filters</p>\(clear)</div>"
    }

    // MARK: Events

    private var table: HTML {
        var bands: [(day: CalendarDay, entries: [AuditEntry])] = []
        for entry in listing.entries {
            let day = times.zone.day(at: entry.at)
            if bands.last?.day != day { bands.append((day, [])) }
            bands[bands.count - 1].entries.append(entry)
        }
        let bodies = bands.map { band -> HTML in
            """
            <tbody><tr class="band"><th colspan="4" scope="rowgroup">\(band.day.longText)</th></tr>
            \(band.entries.map(row))</tbody>

            """
        }
        return """
            <div class="scroll" role="region" aria-labelledby="caption" tabindex="0"><table class="events">
            <caption id="caption" class="hidden">Events, newest first</caption>
            <thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">IP address</th><th scope="col" class="number">No.</th></tr></thead>
            \(bodies)</table></div>
            """
    }

    private func row(_ entry: AuditEntry) -> HTML {
        let address: HTML = entry.address.map { "<code>\($0)</code>" } ?? "<span class=\"zero\">–</span>"
        return """
            <tr><td class="when">\(times.time(entry.at))</td><td class="what">\(AuditSentence(entry, names).markup)</td><td class="from">\(address)</td><td class="number">\(Number.grouped(entry.sequence))</td></tr>

            """
    }

    private var pager: HTML {
        let number = listing.number
        func page(_ number: Int, _ name: String, _ sequence: Int) -> String {
            number == 1
                ? filter.link(path) : filter.link(path, [(name, String(sequence)), ("page", String(number))])
        }
        return Pager(
            first: (number - 1) * filter.limit + 1, shown: listing.entries.count, total: listing.total,
            isBounded: listing.isBounded, noun: "events", limit: filter.limit,
            previous: listing.newerThan.map { page(number - 1, "after", $0) },
            next: listing.olderThan.map { page(number + 1, "cursor", $0) }
        ) { limit in
            var filter = filter
            filter.limit = limit
            return filter.link(path)
        }.markup
    }
}

extension CalendarDay {
    /// `Thursday, 26 November 2026`
    fileprivate var longText: String {
        let date = CalendarDate(start)
        // 1970-01-01 was a Thursday.
        let weekday = ((number + 3) % 7 + 7) % 7
        return "\(CalendarDay.weekdays[weekday]), \(date.day) \(CalendarDay.months[date.month - 1]) \(date.year)"
    }

    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
