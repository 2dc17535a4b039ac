import Identities
import Inventory
import InventoryStore
import JSON
import Testing
import Time

@testable import MetricsSnapshots

@Suite("Filters, changes and times of workspaces")
struct WorkspaceFilterTests {
    private static let moment = Timestamp(seconds: 1_800_000_000)

    /// A row whose workflows changed by a number in 30 days; nil if that is not known.
    private func row(
        _ id: String, _ workflows: Int, change: Int?, runners: Int = 0, owner: String? = "o@acme.com",
        publishedAfter seconds: Int? = 0
    ) -> WorkspaceRow {
        var counts = MetricCounts()
        (counts.workflows, counts.runners) = (workflows, runners)
        var earlier = EarlierFigures()
        earlier[.workflows] = change.map { workflows - $0 }
        return WorkspaceRow(
            Workspace(id: id, name: "N"), counts: counts,
            owners: owner.map { [WorkspaceOwner(email: EmailAddress($0), name: "O")] } ?? [],
            publishedAt: seconds.map { WorkspaceFilterTests.moment + .seconds($0) }, earlier: earlier)
    }

    private func reading(_ license: License = License()) -> MetricsReading {
        let rows = [
            row("a", 4, change: 1, publishedAfter: 30), row("b", 5, change: -2, runners: 1, publishedAfter: nil),
            row("c", 0, change: nil, publishedAfter: 10), row("d", 0, change: 0, owner: nil, publishedAfter: nil),
            row("e", 3, change: 3, owner: nil, publishedAfter: 20), row("f", 6, change: nil, publishedAfter: 30),
        ]
        let snapshot = MetricsSnapshot(
            state: InventoryState(generation: 1, version: 1, tag: 1),
            SnapshotContent(rows, baseDay: CalendarDay(number: 1)), recent: RecentUsage(today: CalendarDay(number: 31)))
        return MetricsReading(
            .acme, snapshot, license, by: MetricDefinitions(), today: CalendarDay(number: 31))
    }

    private func ids(
        _ parameters: [(name: String, value: String)], _ license: License = License()
    ) throws -> String {
        try reading(license).page(WorkspaceQuery(parameters)).rows.map(\.id).joined()
    }

    @Test(
        "rows without a number are last in both directions; ties are sorted by name and id, ascending",
        arguments: [
            ("change", "asc", "bdaecf"), ("change", "desc", "eadbcf"), ("published_at", "asc", "ceafbd"),
            ("published_at", "desc", "afecbd"),
        ])
    func sorting(sort: String, order: String, expected: String) throws {
        #expect(try ids([("sort", sort), ("order", order)]) == expected)
        for limit in 1...3 {
            var found = ""
            var cursor: String?
            repeat {
                let page = try reading().page(
                    WorkspaceQuery([
                        ("sort", sort), ("order", order), ("limit", "\(limit)"), ("cursor", cursor ?? ""),
                    ]))
                found += page.rows.map(\.id).joined()
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == expected)
        }
    }

    @Test(
        "a filter chooses workspaces by their figures, together with a search",
        arguments: [
            (["filter": "grew"], "ae"), (["filter": "empty"], "cd"), (["filter": "no_owner"], "de"),
            (["filter": "large"], "bf"), (["filter": "grew", "q": "E"], "e"),
            (["filter": "empty", "owner": "o@"], "c"),
            (["filter": "grew", "sort": "change", "order": "desc"], "ea"), (["filter": ""], "abcdef"),
        ])
    func filters(parameters: [String: String], expected: String) throws {
        var license = License()
        license[.workflows] = 100
        let query = parameters.map { (name: $0.key, value: $0.value) }
        #expect(try ids(query, license) == expected)
        let csv = String(
            decoding: try reading(license).workspaces(WorkspaceQuery(query), as: .csv).body(), as: UTF8.self)
        let lines = csv.split(separator: "\r\n").dropFirst()
        #expect(Set(lines.map { String($0.prefix(1)) }) == Set(expected.map { String($0) }))
    }

    @Test("a workspace is large from 5 % of any entitlement on, and no workspace without an entitlement")
    func large() throws {
        func large(_ metric: Metric, _ entitlement: Int?) throws -> String {
            var license = License()
            license[metric] = entitlement
            return try ids([("filter", "large")], license)
        }
        #expect(try large(.workflows, nil) == "" && large(.workflows, 101) == "f" && large(.workflows, 120) == "f")
        #expect(try large(.workflows, 121) == "" && large(.workflows, 0) == "abef" && large(.runners, 20) == "b")
        #expect(try large(.runners, 21) == "" && large(.workflows, .max) == "")
    }

    @Test("the entity tag depends on the license only if the result does")
    func tags() throws {
        var license = License()
        license[.workflows] = 10
        func tag(_ parameters: [(name: String, value: String)], _ license: License) throws -> String {
            try reading(license).workspaces(WorkspaceQuery(parameters)).entityTag
        }
        #expect(try tag([("filter", "large")], license) != tag([("filter", "large")], License()))
        #expect(try tag([("filter", "grew")], license) == tag([("filter", "grew")], License()))
        #expect(try tag([("filter", "grew")], license) != tag([], license))
    }

    @Test("a row has its change and its time, in JSON and in CSV; unknown ones are null and empty")
    func fields() throws {
        let rows = try JSONDocument(parsing: reading().workspaces(WorkspaceQuery()).body()).root.member("items")
        let items = Array(try #require(rows?.elements))
        let change = items[1].member("change_30d")
        #expect(change?.member("workflows")?.integer == -2 && change?.member("runners")?.isNull == true)
        #expect(items[0].member("published_at")?.string == "2027-01-15T08:00:30Z")
        #expect(items[1].member("published_at")?.isNull == true)
        let csv = String(decoding: reading().workspaces(WorkspaceQuery(), as: .csv).body(), as: UTF8.self)
        let lines = csv.split(separator: "\r\n").map { String($0) }
        #expect(lines[0].hasSuffix(",owners,published_at,workflows_change_30d"))
        #expect(lines[1] == "a,N,,4,0,0,0,0,o@acme.com,2027-01-15T08:00:30Z,1")
        #expect(lines[2] == "b,N,,5,0,0,0,1,o@acme.com,,-2")
        #expect(lines[3] == "c,N,,0,0,0,0,0,o@acme.com,2027-01-15T08:00:10Z,")
    }
}

extension OrganizationID {
    fileprivate static let acme = OrganizationID("acme")!
}
