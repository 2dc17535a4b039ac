internal import Endpoints
internal import HTTPMessage
internal import Identities
public import Inventory
internal import InventoryStore
public import MetricsSnapshots
public import PageLayout
public import Text
internal import Time
public import Web
public import WorkspaceMetrics

/// One workspace: its figures with their history, how they are counted, and its owners. A deleted workspace has only its
/// history.
public struct WorkspacePage: Sendable {
    private let account: Account
    private let organization: OrganizationHeader
    private let id: String
    private let row: WorkspaceRow?
    private let breakdown: WorkspaceBreakdown?
    private let summary: MetricsSummary
    private let metric: Metric
    private let report: UsageReport
    private let recent: UsageReport
    private let ownedCounts: [ExactText: Int]

    /// - Parameters:
    ///   - row: nil for a deleted workspace.
    ///   - metric: the metric of the chart.
    ///   - report: the history for the chart.
    ///   - recent: the history of the last 90 days, by day.
    ///   - ownedCounts: the number of workspaces of each owner, by address in lower case.
    public init(
        account: Account, organization: OrganizationHeader, id: String, row: WorkspaceRow?,
        breakdown: WorkspaceBreakdown?, summary: MetricsSummary, metric: Metric, report: UsageReport,
        recent: UsageReport, ownedCounts: [ExactText: Int]
    ) {
        self.account = account
        self.organization = organization
        self.id = id
        self.row = row
        self.breakdown = breakdown
        self.summary = summary
        self.metric = metric
        self.report = report
        self.recent = recent
        self.ownedCounts = ownedCounts
    }

    public var document: HTML {
        let created = breakdown?.createdAt.map { " · Created \(account.times.day($0))" as HTML }
        let published = row?.publishedAt.map { " · Last published \(account.times.moment($0))" as HTML }
        let deleted: HTML? = row == nil ? " · Deleted. History is kept." : nil
        let history = "\(Paths.usage.path(organization.id.text))?\(FormEncoding.query([("workspace", id)]))"
        let head = PageHead(
            row?.name ?? id, path: [("Overview", Paths.organization.path(organization.id.text))],
            explanation: "<code>\(id)</code>\(created)\(published)\(deleted)",
            actions: "<a class=\"button\" href=\"\(history)\">\(Icon.list.markup)History</a>")
        let tiles = zip(Metric.allCases, recent.figures).map { metric, figures in tile(metric, figures) }
        let content: HTML = """
            <section aria-label="Figures"><ul class="tiles">\(tiles)</ul></section>
            <div class="columns"><div>\(chart)\(counting)</div><div>\(owners)\(members)\(runners)</div></div>
            """
        return organization.page(.overview, account, head: head, content)
    }

    // MARK: Figures

    private func tile(_ metric: Metric, _ figures: [Int?]) -> HTML {
        let count = row?.counts[metric] ?? figures.compactMap(\.self).last ?? 0
        let licensed = summary.figures.first { $0.metric == metric }?.licensed
        let share =
            licensed.map { licensed in
                licensed > 0
                    ? "\(Number.percent(Double(count) / Double(licensed))) of \(Number.grouped(licensed))" : "of 0"
            } ?? "Unlimited"
        let current: HTML = metric == self.metric ? " aria-current=\"true\"" : ""
        return """
            <li><a class="tile" href="\(link(metric, report.interval))"\(current)><span class="label">\(metric.title)</span>
            <span class="amount">\(Number.grouped(count))</span>
            <span class="pair"><span>\(share)</span><span>\(Change.text(row?.change(of: metric)))</span></span>
            \(Sparkline(figures: figures, limit: nil).markup)</a></li>

            """
    }

    private var chart: HTML {
        let figures = report.figures[Metric.allCases.firstIndex(of: metric) ?? 0]
        let intervals = UsageInterval.allCases.map { interval -> HTML in
            let current: HTML = interval == report.interval ? " aria-current=\"true\"" : ""
            return "<a href=\"\(link(metric, interval))\"\(current)>\(interval.title)</a>"
        }
        let last = figures.compactMap(\.self).last.map { Number.grouped($0) } ?? "–"
        let change = UsagePage.change(figures).map { " · \(Number.signed($0)) in 90 days" as HTML }
        let chart = UsageChart(title: metric.title, report: report, figures: figures)
        let table = UsageTable(title: metric.title, report: report, figures: figures)
        return """
            <section class="panel" aria-labelledby="chart"><div><div class="figure-head"><div><h2 id="chart">\(metric.title)</h2><p><strong>\(last)</strong>\(change)</p></div><div class="segments" role="group" aria-label="Interval">\(intervals)</div></div>
            \(chart.markup)<details><summary>Show as a table</summary>\(table.markup)</details></div></section>

            """
    }

    private var counting: HTML? {
        guard let breakdown else { return nil }
        let rows = WorkspaceBreakdown.Kind.allCases.map { kind -> HTML in
            let counted =
                kind.metric.map { Badge($0 == .workflows ? .accent : .neutral, $0.title).markup }
                ?? "<span class=\"quiet\">Not counted</span>"
            return """
                <tr><th scope="row">\(WorkspacePage.title(kind))</th><td data-label="Counts as">\(counted)</td><td class="number" data-label="Workflows">\(Number.grouped(breakdown.workflows[kind] ?? 0))</td></tr>

                """
        }
        return """
            <section class="panel" aria-labelledby="counting"><header><h3 id="counting">How the workflow figures are counted</h3></header>
            <table class="plain-table"><caption class="hidden">Workflows by kind</caption><thead><tr><th scope="col">Kind</th><th scope="col">Counts as</th><th scope="col" class="number">Workflows</th></tr></thead><tbody>\(rows)</tbody></table></section>

            """
    }

    private static func title(_ kind: WorkspaceBreakdown.Kind) -> String {
        switch kind {
        case .billed: "Published, triggered by webhook, schedule, integration or on demand"
        case .nested: "Published, nested only"
        case .byCase: "Published, triggered by a case"
        case .bySystemEvent: "Published, triggered by a system event"
        case .unpublished: "Not published"
        }
    }

    // MARK: People and runners

    private var owners: HTML? {
        guard let row else { return nil }
        let path = Paths.organization.path(organization.id.text)
        let list = row.owners.prefix(100).map { owner -> HTML in
            let name = owner.name.isEmpty ? owner.email.spelling : owner.name
            let count = ownedCounts[ExactText(owner.email.text)] ?? 1
            return """
                <li><span class="person">\(Avatar(name).markup)<span>\(name)<br><span class="quiet small">\(owner.email.spelling)</span></span></span><a class="small" href="\(path)?\(FormEncoding.query([("owner", owner.email.spelling)]))">\(Number.grouped(count)) workspace\(count == 1 ? "" : "s")</a></li>
                """
        }
        let nothing: HTML? = list.isEmpty ? "<div>\(Badge(.near, "No owner").markup)</div>" : nil
        return """
            <section class="panel" aria-labelledby="owners"><header><h3 id="owners">Owners</h3><span class="pill">\(row.owners.count)</span></header><ul class="people">\(list)</ul>\(nothing)</section>

            """
    }

    private var members: HTML? {
        guard let breakdown, let row else { return nil }
        let facts = [
            ("Active", breakdown.members[.active] ?? 0), ("Invited", breakdown.members[.invited] ?? 0),
            ("Deactivated", breakdown.members[.deactivated] ?? 0),
            ("Workflow editors", row.counts.workflowEditors), ("Case operators", row.counts.caseOperators),
        ]
        return panel("Members", breakdown.members.values.reduce(0, +), facts)
    }

    private var runners: HTML? {
        guard let breakdown else { return nil }
        let facts = [
            ("Self-hosted", breakdown.ownRunners), ("Shared from other workspaces", breakdown.sharedRunners),
            ("Cloud", breakdown.cloudRunners),
        ]
        return panel("Runners", facts.reduce(0) { $0 + $1.1 }, facts)
    }

    private func panel(_ title: String, _ count: Int, _ facts: [(name: String, value: Int)]) -> HTML {
        let id = title.asciiLowercased()
        let items = facts.map { "<div><dt>\($0.name)</dt><dd>\(Number.grouped($0.value))</dd></div>" as HTML }
        return """
            <section class="panel" aria-labelledby="\(id)"><header><h3 id="\(id)">\(title)</h3><span class="pill">\(Number.grouped(count))</span></header><dl class="facts">\(items)</dl></section>

            """
    }

    private func link(_ metric: Metric, _ interval: UsageInterval) -> String {
        let query = FormEncoding.query([("metric", metric.rawValue), ("interval", interval.rawValue)])
        return "\(Paths.workspace.path(organization.id.text, id))?\(query)"
    }
}
