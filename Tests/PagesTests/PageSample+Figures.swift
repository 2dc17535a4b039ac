import Identities
import Inventory
import Time
import Web

@testable import InventoryStore
@testable import MetricsPages
@testable import MetricsSnapshots
@testable import PageLayout
@testable import WorkspaceMetrics

/// The pages of figures.
extension PageSample {
    /// What an organization has that has everything but an inventory.
    static let progress = SetupProgress(
        provider: "Acme Okta", hasRule: true, hasSecondManager: true, origin: "https://access.example")

    static func overview(isReadOnly: Bool) -> PageSample {
        var workspace = Workspace(id: text("workspace id"), name: text("workspace"))
        workspace.members = (0..<5).map { number in
            WorkspaceMember(
                email: EmailAddress(text("owner \(number)")), name: number == 0 ? "" : text("owner name"),
                roles: ["owner"],
                status: .active)
        }
        var unowned = Workspace(id: "x", name: "X")
        unowned.members = []
        let figures = Metric.allCases.map { metric in
            MetricsSummary.Figure(
                metric: metric, total: 1_234_567, distinct: metric.countsPeople ? 12 : nil,
                licensed: metric == .runners ? nil : metric == .workflows ? 0 : 2_000_000)
        }
        var query = WorkspaceQuery()
        if let typed = try? WorkspaceQuery([("q", text("query")), ("owner", text("query owner")), ("limit", "10")]) {
            query = typed
        }
        let document = OrganizationPage(
            account: account, organization: organization(isReadOnly: isReadOnly),
            summary: MetricsSummary(workspaces: 1, figures: figures), publishedAt: moment, query: query,
            page: WorkspaceTablePage(
                rows: [workspace, unowned].map(row), number: 2, matches: 25, found: [.grew: 1], searched: 30),
            progress: progress
        ).document
        return PageSample(
            "overview\(isReadOnly ? " for viewers" : "")", document,
            shows: "account", "organization", "role", "workspace", "workspace id", "owner 0", "owner 4", "owner name",
            isReadOnly: isReadOnly)
    }

    private static func row(_ workspace: Workspace) -> WorkspaceRow {
        WorkspaceRow(
            workspace, counts: MetricCounts(),
            owners: workspace.members.map { WorkspaceOwner(email: $0.email, name: $0.name) })
    }

    /// Thirteen weeks of figures, of which the first two are not known.
    private static let report: UsageReport = {
        let today = CalendarDay(number: 20_000)
        let starts = (0..<13).reversed().map { today.firstOfWeek - 7 * $0 }
        let figures = Metric.allCases.indices.map { metric in
            starts.indices.map { $0 < 2 ? nil : 900 + metric * 10 + $0 * 20 }
        }
        return UsageReport(interval: .week, starts: starts, figures: figures, today: today)
    }()

    static func usage(isReadOnly: Bool) -> PageSample {
        let figures = Metric.allCases.map { metric in
            var figure = MetricsSummary.Figure(metric: metric, total: 1140, distinct: nil, licensed: 1200)
            if metric == .workflows { figure.reachesLicenseOn = report.today + 60 }
            if metric == .runners { figure.state = .over }
            return figure
        }
        let today = report.today
        guard let query = try? UsageQuery([("workspace", text("workspace")), ("interval", "week")], today: today) else {
            return PageSample("usage", "", shows: "usage")
        }
        let page = UsagePage(
            account: account, organization: organization(isReadOnly: isReadOnly), query: query, report: report,
            before: report, summary: MetricsSummary(workspaces: 1, figures: figures), workspace: nil)
        return PageSample(
            "usage\(isReadOnly ? " for viewers" : "")", page.document, shows: "account", "organization", "workspace",
            isReadOnly: isReadOnly)
    }

    static func workspacePages() -> [PageSample] {
        var workspace = Workspace(id: text("workspace id"), name: text("workspace"))
        workspace.members = [
            WorkspaceMember(
                email: EmailAddress(text("owner")), name: text("owner name"), roles: ["owner"], status: .active)
        ]
        let row = row(workspace)
        return [row, nil].map { row in
            let page = WorkspacePage(
                account: account, organization: organization(isReadOnly: false), id: text("workspace id"), row: row,
                breakdown: row == nil
                    ? nil
                    : WorkspaceBreakdown(
                        ContentCounts(createdAt: nil, workflows: [], members: [.active: 1], runners: [])),
                summary: MetricsSummary(workspaces: 1, figures: []), metric: .workflows, report: report,
                recent: report, ownedCounts: [:])
            return row == nil
                ? PageSample("deleted workspace", page.document, shows: "account", "organization", "workspace id")
                : PageSample(
                    "workspace", page.document, shows: "account", "organization", "workspace id", "workspace", "owner",
                    "owner name")
        }
    }
}
