internal import Endpoints
internal import Identities
internal import Inventory
public import MetricsSnapshots
public import PageLayout
public import Time
public import Web

/// The Organization Management page: totals against the license, and the workspaces with their metrics and owners.
public struct OrganizationPage: Sendable {
    private let account: Account
    private let organization: OrganizationHeader
    private let summary: MetricsSummary
    private let publishedAt: Timestamp?
    private let table: WorkspaceTable
    private let progress: SetupProgress

    /// - Parameter publishedAt: the time of the last publication; nil if it is not known.
    public init(
        account: Account, organization: OrganizationHeader, summary: MetricsSummary, publishedAt: Timestamp?,
        query: WorkspaceQuery, page: WorkspaceTablePage, progress: SetupProgress
    ) {
        self.progress = progress
        self.account = account
        self.organization = organization
        self.summary = summary
        self.publishedAt = publishedAt
        table = WorkspaceTable(
            organization: organization.id.text, query: query, page: page, all: summary.workspaces, times: account.times)
    }

    public var document: HTML {
        // Before the first publication there are no figures; a manager sees what is left to do.
        if summary.workspaces == 0, publishedAt == nil, !organization.isReadOnly {
            let list = SetupChecklist(organization: organization, progress: progress)
            return organization.page(.overview, account, list.markup)
        }
        let readOnly: HTML? = organization.isReadOnly ? "You have read-only access. " : nil
        let figures =
            publishedAt.map { "Figures from \(account.times.moment($0))" as HTML } ?? "No inventory was published yet."
        let recounting: HTML? =
            summary.isRecounting ? " Members are being counted again by new definitions." : nil
        let invite: HTML? =
            organization.isReadOnly
            ? nil
            : "<a class=\"button primary\" href=\"\(Paths.newInvitations.path(organization.id.text))\">\(Icon.plus.markup)Invite people</a>"
        let tiles = summary.figures.map { figure -> HTML in
            "<li>\(Tile(figure, link: usagePath).markup)</li>\n"
        }
        let content: HTML = """
            <section aria-label="Figures"><ul class="tiles">\(tiles)</ul></section>
            <section aria-labelledby="workspaces"><h2 id="workspaces">Workspaces <span class="pill">\(Number.grouped(summary.workspaces))</span></h2>
            \(table.markup)</section>
            """
        let head = PageHead(
            "Overview", explanation: "\(readOnly)\(figures)\(recounting)", actions: "\(table.exports.menu)\(invite)")
        return organization.page(.overview, account, head: head, content)
    }

    private var usagePath: String { Paths.usage.path(organization.id.text) }
}

extension Metric {
    /// The metric's name for a heading.
    var title: String {
        switch self {
        case .workflows: "Workflows"
        case .nestedWorkflows: "Nested workflows"
        case .workflowEditors: "Workflow editors"
        case .caseOperators: "Case operators"
        case .runners: "Runners"
        }
    }

    /// The metric's name for the head of a column.
    var shortTitle: String {
        switch self {
        case .workflows: "Workflows"
        case .nestedWorkflows: "Nested"
        case .workflowEditors: "Editors"
        case .caseOperators: "Operators"
        case .runners: "Runners"
        }
    }
}
