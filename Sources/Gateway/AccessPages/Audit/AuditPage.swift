internal import HTTPMessage
internal import Identities
public import PageLayout
public import Time
public import Web

/// The audit log of an organization, newest first.
public struct AuditPage: DocumentPage {
    /// An event of the log, as text.
    public struct Event: Sendable {
        let sequence: Int
        let at: Timestamp
        let actor: String
        let action: String
        let target: String
        let outcome: String
        let reason: String
        let details: [(name: String, value: String)]

        public init(
            sequence: Int, at: Timestamp, actor: String, action: String, target: String, outcome: String,
            reason: String, details: [(name: String, value: String)]
        ) {
            self.sequence = sequence
            self.at = at
            self.actor = actor
            self.action = action
            self.target = target
            self.outcome = outcome
            self.reason = reason
            self.details = details
        }
    }

    /// The filters, as the user typed them.
    public struct Filter: Sendable {
        /// An RFC 3339 time or a date; empty for no bound.
        public var from = ""
        /// An RFC 3339 time or a date; empty for no bound.
        public var to = ""
        public var actor = ""
        public var action = ""

        public init() {}

        var items: [(name: String, value: String)] {
            [("from", from), ("to", to), ("actor", actor), ("action", action)].filter { !$0.1.isEmpty }
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let events: [Event]
    private let filter: Filter
    private let actions: [String]
    private let next: String?
    public var notice: Notice?

    /// - Parameters:
    ///   - events: the events of this page, newest first.
    ///   - actions: the actions to choose from in the filter.
    ///   - next: the cursor of the next page; nil on the last one.
    public init(
        account: Account, organization: OrganizationHeader, events: [Event], filter: Filter,
        actions: [String], next: String?
    ) {
        self.account = account
        self.organization = organization
        self.events = events
        self.filter = filter
        self.actions = actions
        self.next = next
    }

    private var path: String { organization.path(.audit) }

    private func link(_ more: (name: String, value: String)...) -> String {
        let items = filter.items + more
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }

    public var document: HTML {
        let options = ([""] + actions).map { action -> HTML in
            "<option value=\"\(action)\"\(action == filter.action ? " selected" as HTML : "")>\(action.isEmpty ? "All actions" : action.words)</option>"
        }
        let more: HTML? = next.map { "<a class=\"button\" rel=\"next\" href=\"\(link(("cursor", $0)))\">Older</a>" }
        let table: HTML =
            events.isEmpty
            ? "<p class=\"empty\">No events match these filters</p>"
            : """
            <div class="scroll"><table><caption>Events</caption>
            <thead><tr><th scope="col" class="number">No.</th><th scope="col">Time</th><th scope="col">Actor</th><th scope="col">Action</th><th scope="col">Outcome</th><th scope="col">Details</th></tr></thead>
            <tbody>\(events.map(row))</tbody></table></div>
            """
        let content: HTML = """
            \(notice?.markup)
            <form method="get" action="\(path)" class="fields" role="search">
            <div><label for="from">From (UTC)</label><input id="from" name="from" type="date" value="\(filter.from)"></div>
            <div><label for="to">Before (UTC)</label><input id="to" name="to" type="date" value="\(filter.to)"></div>
            <div><label for="actor">Actor</label><input id="actor" name="actor" maxlength="255" value="\(filter.actor)"></div>
            <div><label for="action">Action</label><select id="action" name="action">\(options)</select></div>
            <button type="submit">Apply</button></form>
            \(table)
            <div class="row"><nav aria-label="Pages">\(more)</nav><div><a class="button plain" href="\(link(("format", "jsonl")))" download="\(organization.id.text)-audit.jsonl">Export as JSON lines</a><a class="button plain" href="\(link(("format", "csv")))" download="\(organization.id.text)-audit.csv">Export as CSV</a></div></div>
            <p class="hint">Each event contains the hash of the previous one, so any change, removal or move of an event can be detected. Exporting the log is recorded; viewing it is not.</p>
            """
        return organization.page(.audit, account, content)
    }

    private func row(_ event: Event) -> HTML {
        let details = event.details.map { "<li><span class=\"quiet\">\($0.name)</span> \($0.value)</li>" as HTML }
        let reason: HTML? = event.reason.isEmpty ? nil : "<span class=\"quiet\"> \(event.reason.words)</span>"
        let outcome: HTML = event.outcome == "success" ? "success" : "<span class=\"bad\">\(event.outcome)</span>"
        return """
            <tr><td class="number" data-label="No.">\(event.sequence)</td><td class="when" data-label="Time">\(account.times.precise(event.at))</td><td data-label="Actor">\(event.actor)</td><td data-label="Action">\(event.action.words)</td><td data-label="Outcome"><span>\(outcome)\(reason)</span></td><td data-label="Details"><ul>\(details)</ul></td></tr>

            """
    }
}

extension String {
    /// The code in readable words.
    fileprivate var words: String { replacing("_", with: " ") }
}
