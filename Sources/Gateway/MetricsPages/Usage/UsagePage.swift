internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import Inventory
public import MetricsSnapshots
public import PageLayout
internal import Time
public import Web
public import WorkspaceMetrics

/// How the figures of an organization, or of one workspace, developed: a chart for each metric with the same figures as a
/// table beside it.
public struct UsagePage: Sendable {
    private let account: Account
    private let organization: OrganizationHeader
    private let query: UsageQuery
    private let report: UsageReport
    /// The period before, of the same length; nil without comparison.
    private let before: UsageReport?
    private let summary: MetricsSummary
    /// The name of the workspace; nil for the organization.
    private let workspace: String?

    public init(
        account: Account, organization: OrganizationHeader, query: UsageQuery, report: UsageReport,
        before: UsageReport?, summary: MetricsSummary, workspace: String?
    ) {
        self.account = account
        self.organization = organization
        self.query = query
        self.report = report
        self.before = before
        self.summary = summary
        self.workspace = workspace
    }

    public var document: HTML {
        let cards = zip(Metric.allCases, report.figures).enumerated().map { index, metric in
            card(metric.0, metric.1, before?.figures[index] ?? [])
        }
        let head = PageHead(
            "Usage",
            explanation: "How the figures in your license developed, for the whole organization or one workspace.",
            actions: exports.menu)
        return organization.page(.usage, account, head: head, "\(toolbar)\(cards)")
    }

    private var exports: Exports {
        Exports(
            "Figures of this period",
            [Exports.File("CSV", url: link(format: "csv"), name: "\(organization.id.text)-usage.csv")])
    }

    // MARK: Toolbar

    private var toolbar: HTML {
        let intervals = UsageInterval.allCases.map { interval -> HTML in
            let current: HTML = interval == query.interval ? " aria-current=\"true\"" : ""
            return "<a href=\"\(link(interval: interval))\"\(current)>\(interval.title)</a>"
        }
        let comparing: HTML = before == nil ? "" : " checked"
        return """
            <div class="panel"><div class="toolbar"><div class="segments" role="group" aria-label="Interval">\(intervals)</div>
            <form class="search" method="get" action="\(path)"><input type="hidden" name="interval" value="\(query.interval.rawValue)">\(ListToolbar.toggle)<span class="extra">
            <label class="hidden" for="from">From</label><input id="from" name="from" type="date" value="\(query.from.text)">
            <label class="hidden" for="to">To (inclusive)</label><input id="to" name="to" type="date" value="\(query.to.text)">
            <label class="hidden" for="workspace">Workspace ID</label><input id="workspace" name="workspace" value="\(query.workspace ?? "")" maxlength="255" placeholder="All workspaces">
            <label class="check" for="compare"><input id="compare" name="compare" type="checkbox" value="1"\(comparing)> Compare with the \(days) days before</label>
            <button type="submit">Apply</button>\(exports.links)</span></form></div></div>

            """
    }

    /// The number of days of the period.
    private var days: Int { query.to - query.from + 1 }

    // MARK: Cards

    private func card(_ metric: Metric, _ figures: [Int?], _ before: [Int?]) -> HTML {
        let figure = workspace == nil ? summary.figures.first { $0.metric == metric } : nil
        let licensed = figure?.licensed
        // Beyond a year, the trend would crowd the chart.
        let reaches = figure?.reachesLicenseOn.flatMap { day in
            isCurrent && day - report.today <= 366 ? day : nil
        }
        let chart = UsageChart(
            title: metric.title, report: report, figures: figures, before: before, limit: licensed,
            reaches: reaches)
        return """
            <section class="panel usage" aria-labelledby="\(metric.rawValue)"><div><h2 id="\(metric.rawValue)">\(metric.title) \(LicenseBadge.markup(isCurrent ? figure?.state : nil))</h2>
            <p>\(sentence(figures, before, figure))</p>\(legend(!before.isEmpty, reaches != nil))\(chart.markup)</div>
            <div tabindex="0" role="region" aria-label="\(metric.title) as a table">\(UsageTable(title: metric.title, report: report, figures: figures, limit: licensed).markup)</div></section>

            """
    }

    /// Whether the period ends today. The state and the trend are those of today, so that a period of the past has none.
    private var isCurrent: Bool { query.to >= report.today }

    private func sentence(_ figures: [Int?], _ before: [Int?], _ figure: MetricsSummary.Figure?) -> HTML {
        guard let last = figures.compactMap(\.self).last else { return "No figures in this period" }
        let of: HTML? =
            figure.map { figure in figure.licensed.map { " of \(Number.grouped($0))" } ?? " · Unlimited" }
        let change = UsagePage.change(figures).map { " · \(Number.signed($0)) in \(days) days" as HTML }
        let earlier = UsagePage.change(before).map { ", \(Number.signed($0)) in the \(days) before" as HTML }
        let over = (isCurrent ? figure?.overSince : nil).map { " · over since \($0.shown)" as HTML }
        return "<strong>\(Number.grouped(last))</strong>\(of)\(change)\(earlier)\(over)"
    }

    /// The difference between the last known figure and the first one.
    static func change(_ figures: [Int?]) -> Int? {
        let known = figures.compactMap(\.self)
        guard known.count > 1, let first = known.first, let last = known.last else { return nil }
        return last - first
    }

    private func legend(_ isCompared: Bool, _ isForecast: Bool) -> HTML? {
        guard isCompared || isForecast else { return nil }
        func item(_ kind: String, _ title: String) -> HTML {
            "<li><svg viewBox=\"0 0 16 2\" aria-hidden=\"true\" focusable=\"false\"><path class=\"\(kind)\" d=\"M0 1H16\"></path></svg>\(title)</li>"
        }
        let before: HTML? = isCompared ? item("before", "\(days) days before") : nil
        let ahead: HTML? = isForecast ? item("ahead", "Forecast") : nil
        return "<ul class=\"legend\">\(item("now", "This period"))\(before)\(ahead)</ul>"
    }

    // MARK: Addresses

    private var path: String { Paths.usage.path(organization.id.text) }

    private func link(interval: UsageInterval? = nil, format: String? = nil) -> String {
        var items = [
            ("interval", (interval ?? query.interval).rawValue), ("from", query.from.text), ("to", query.to.text),
        ]
        if let workspace = query.workspace { items.append(("workspace", workspace)) }
        if before != nil { items.append(("compare", "1")) }
        if let format { items.append(("format", format)) }
        return "\(path)?\(FormEncoding.query(items.map { (name: $0.0, value: $0.1) }))"
    }
}

extension UsageInterval {
    var title: String {
        switch self {
        case .day: "Day"
        case .week: "Week"
        case .month: "Month"
        }
    }
}

/// The figures of a metric as a table, the newest first.
struct UsageTable {
    let title: String
    let report: UsageReport
    let figures: [Int?]
    var limit: Int?

    var markup: HTML {
        let rows = figures.indices.reversed().map { index -> HTML in
            let figure = figures[index]
            let former = index > 0 ? figures[index - 1] : nil
            let change = figure.flatMap { figure in former.map { Number.signed(figure - $0) } } ?? ""
            let share = figure.flatMap { figure in
                limit.flatMap { $0 > 0 ? Number.percent(Double(figure) / Double($0)) : nil }
            }
            let provisional: HTML? = report.isProvisional(index) ? " <span class=\"faint\">so far</span>" : nil
            return """
                <tr><th scope="row">\(report.end(index).shown)\(provisional)</th><td class="number">\(figure.map { Number.grouped($0) } ?? "–")</td><td class="number">\(change)</td><td class="number">\(share ?? "–")</td></tr>

                """
        }
        let first =
            switch report.interval {
            case .day: "Day"
            case .week: "Week to"
            case .month: "Month to"
            }
        return """
            <table class="plain-table"><caption class="hidden">\(title)</caption><thead><tr><th scope="col">\(first)</th><th scope="col" class="number">Count</th><th scope="col" class="number">Change</th><th scope="col" class="number">Share</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }
}
