import Identities
import Inventory
import InventoryStore
import Testing
import Time
import Web

@testable import AccessPages
@testable import MetricsPages
@testable import MetricsSnapshots
@testable import PageLayout
@testable import SignInPages

@Suite("The overview of an organization, and assets")
struct OverviewTests {
    private func organizationPage(_ query: [(name: String, value: String)] = []) throws -> HTML {
        let workspace = Workspace(id: "x", name: "x")
        var counts = MetricCounts()
        counts.workflows = 1_234_567
        let row = WorkspaceRow(workspace, counts: counts, owners: [WorkspaceOwner(email: "x", name: "x")])
        let figures = Metric.allCases.map { metric in
            MetricsSummary.Figure(
                metric: metric, total: 1_234_567, distinct: metric.countsPeople ? 12 : nil,
                licensed: metric == .runners ? nil : 1000)
        }
        return OrganizationPage(
            account: Account(name: "x", formToken: "x"),
            organization: OrganizationHeader(id: PageSample.organizationID, name: "x", role: "x", isReadOnly: true),
            summary: MetricsSummary(workspaces: 1, figures: figures), publishedAt: nil,
            query: try WorkspaceQuery(query),
            page: WorkspaceTablePage(rows: [row], number: 2, matches: 30, searched: 30), progress: PageSample.progress
        ).document
    }

    @Test("the table has a caption and scopes, and its links keep the rest of the query")
    func table() throws {
        let page = try organizationPage([
            ("q", "a b"), ("owner", "x@y"), ("sort", "runners"), ("order", "desc"), ("limit", "10"),
        ]).markup
        #expect(page.contains("<caption") && page.contains("<th scope=\"row\">"))
        #expect(page.matches(of: /<th scope="col"/).count == 8)
        #expect(page.matches(of: /aria-sort="descending"/).count == 1)
        let rest = "q=a%20b&amp;owner=x%40y"
        #expect(page.contains("?\(rest)&amp;sort=workflows&amp;order=desc&amp;limit=10\""))
        #expect(page.contains("?\(rest)&amp;sort=runners&amp;order=asc&amp;limit=10\""))
        #expect(page.contains("?\(rest)&amp;sort=runners&amp;order=desc&amp;limit=10&amp;page=3\""))
        #expect(page.contains("?\(rest)&amp;filter=no_owner&amp;sort=runners&amp;order=desc&amp;limit=10\""))
        #expect(page.contains("sort=runners&amp;order=desc&amp;limit=10&amp;format=csv\""))
        #expect(page.contains("&amp;format=json\"") && page.contains("30 workspaces, filters applied"))
    }

    @Test("a new organization's manager sees what is left to do, and only the next step is primary")
    func setup() throws {
        func page(_ progress: SetupProgress, isReadOnly: Bool = false) -> String {
            OrganizationPage(
                account: Account(name: "x", formToken: "x"),
                organization: OrganizationHeader(
                    id: PageSample.organizationID, name: "Acme", role: "x", isReadOnly: isReadOnly),
                summary: MetricsSummary(workspaces: 0, figures: []), publishedAt: nil, query: WorkspaceQuery(),
                page: WorkspaceTablePage(rows: [], number: 1, matches: 0, searched: 0), progress: progress
            ).document.markup
        }
        let fresh = page(
            SetupProgress(provider: "Okta", hasRule: false, hasSecondManager: false, origin: "https://a.example"))
        #expect(fresh.contains("Set up Acme") && fresh.contains("Okta. You signed in with it."))
        #expect(fresh.matches(of: /class="button slim primary"[^>]*>Add rule/).count == 1)
        #expect(fresh.matches(of: /primary/).count == 1)
        #expect(fresh.contains("curl -X PUT https://a.example/api/v1/organizations/"))
        let further = page(
            SetupProgress(provider: "Okta", hasRule: true, hasSecondManager: false, origin: "https://a.example"))
        #expect(further.matches(of: /class="button slim primary"[^>]*>Invite people/).count == 1)
        #expect(!page(PageSample.progress, isReadOnly: true).contains("Set up Acme"))
    }

    @Test("usage over the license is stated, and numbers are grouped")
    func figures() throws {
        let page = try organizationPage().markup
        #expect(page.contains("1,234,567") && page.contains("1,233,567 over"))
        #expect(page.contains("Unlimited") && page.contains("988 left"))
        #expect(Number.grouped(-1234) == "−1,234" && Number.grouped(999) == "999" && Number.grouped(0) == "0")
        #expect(Number.grouped(1000) == "1,000" && Number.grouped(20_030_004) == "20,030,004")
        #expect(Number.grouped(.min) == "−9,223,372,036,854,775,808")
    }

    @Test("no value is too large for a percentage or a drawing")
    func extremes() {
        #expect(Number.percent(0.123) == "12%" && Number.percent(0.0567) == "5.6%" && Number.percent(12.5) == "1,250%")
        for value in [Double(Int.max), -Double(Int.max), 1e300, -.infinity, .infinity, .nan] {
            #expect(Number.percent(value).hasSuffix("%") && !Coordinate(value).text.isEmpty)
        }
        let line = Sparkline(figures: [.min, 0, .max, nil], limit: .max).markup.markup
        #expect(line.contains("class=\"line\""))
    }

    @Test("assets are found by their present name alone")
    func assets() {
        for asset in Asset.all {
            #expect(Asset.named(asset.fileName)?.bytes == asset.bytes)
            #expect(asset.path.wholeMatch(of: /\/assets\/\w+-\w+\.\w+/) != nil)
        }
        #expect(Asset.named("gatehouse.css") == nil && Asset.named("gatehouse-\(Asset.script.tag).css") == nil)
        #expect(Set(Asset.all.map(\.fileName)).count == Asset.all.count)
    }

    @Test("each asset is its own file: its type fits its name, and its name holds its tag")
    func assetContent() {
        #expect(
            Asset.stylesheet.bytes.starts(with: ":root {".utf8) && Asset.stylesheet.contentType.hasPrefix("text/css"))
        #expect(Asset.script.bytes.starts(with: "\"use strict\";".utf8))
        #expect(Asset.script.contentType.hasPrefix("text/javascript"))
        #expect(Asset.icon.bytes.starts(with: "<svg ".utf8) && Asset.icon.contentType == "image/svg+xml")
        for (asset, end) in [(Asset.stylesheet, "css"), (Asset.script, "js"), (Asset.icon, "svg")] {
            #expect(asset.fileName.hasSuffix("-\(asset.tag).\(end)") && asset.tag.utf8.count > 8)
        }
    }
}
