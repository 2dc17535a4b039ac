internal import Endpoints
internal import Identities
internal import Inventory
public import PageLayout
public import Web
public import WorkspaceMetrics

/// The Organization Management page: totals against the license, and the workspaces with their metrics and owners.
public struct OrganizationPage: Sendable {
    private let account: Account
    private let organization: OrganizationHeader
    private let summary: MetricsSummary
    private let table: WorkspaceTable

    public init(
        account: Account, organization: OrganizationHeader, summary: MetricsSummary, query: WorkspaceQuery,
        page: WorkspacePage
    ) {
        self.account = account
        self.organization = organization
        self.summary = summary
        table = WorkspaceTable(organization: organization.id.text, query: query, page: page, all: summary.workspaces)
    }

    public var document: HTML {
        let readOnly: HTML = """
            <p class="notice">You have read-only access. To invite people or change claim rules, ask an Organization Manager.</p>
            """
        let content: HTML = """
            \(organization.heading(.overview))
            \(readOnly, if: organization.isReadOnly)
            <section aria-labelledby="totals"><h2 id="totals">Totals</h2>
            <ul class="figures">\(summary.figures.map(figure))</ul></section>
            <section aria-labelledby="workspaces"><h2 id="workspaces">Workspaces <span class="count">\(Number.grouped(summary.workspaces))</span></h2>
            \(table.markup)</section>
            """
        return Page(
            title: organization.name, account: account,
            path: [(organization.name, Paths.organization.path(organization.id.text))], content: content
        ).document
    }

    private func figure(_ figure: MetricsSummary.Figure) -> HTML {
        let isOver = figure.used.map { $0 > 1 } ?? false
        let people: HTML? = figure.distinct.map { distinct in
            distinct == figure.total
                ? "<p class=\"of\">unique people</p>"
                : "<p class=\"of\">unique people (\(Number.grouped(figure.total)) seats across workspaces)</p>"
        }
        return """
            <li class="figure\(isOver ? " over" : "")">
            <h3>\(figure.metric.title)</h3>
            <p class="value">\(Number.grouped(figure.counted))</p>
            \(license(figure, isOver: isOver))
            \(people)
            </li>
            """
    }

    private func license(_ figure: MetricsSummary.Figure, isOver: Bool) -> HTML {
        guard let licensed = figure.licensed else { return "<p class=\"of\">Unlimited</p>" }
        let percent = figure.used.map { Int(($0 * 100).rounded(.down)) }
        let width = min(100, percent ?? 100)
        let rest = licensed - figure.counted
        let text: HTML =
            isOver || figure.used == nil && figure.counted > 0
            ? "<strong>\(Number.grouped(-rest)) over the license</strong>" : "\(Number.grouped(rest)) left"
        return """
            <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="6"></rect><rect class="fill" width="\(width)" height="6"></rect></svg>
            <p class="of">of \(Number.grouped(licensed)) licensed\(percent.map { " (\($0)\u{202F}%)" } ?? "")<br>\(text)</p>
            """
    }
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
}

/// Numbers in a readable form.
enum Number {
    /// A number with commas between thousands.
    static func grouped(_ number: Int) -> String {
        number < 0 ? "−" + grouped(number.magnitude) : grouped(number.magnitude)
    }

    private static func grouped(_ number: UInt) -> String {
        guard number >= 1000 else { return String(number) }
        // The last three digits, with their zeros.
        let last = String(number % 1000 + 1000).dropFirst()
        return grouped(number / 1000) + "," + last
    }
}
