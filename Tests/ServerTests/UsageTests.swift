import GatehouseTesting
import HTTPMessage
import JSON
import Testing
import Time
import WorkspaceMetrics

@testable import Server

@Suite("Usage history over HTTP")
struct UsageTests {
    private let world: GatewayWorld
    private let viewer: TestBrowser
    private let path = "/api/v1/organizations/acme/usage"

    init() async throws {
        world = try GatewayWorld()
        viewer = TestBrowser(world)
        try await viewer.signIn("vic")
    }

    @Test("the last point equals the summary, and the first ones are null")
    func points() async throws {
        let answer = try await viewer.fetch("GET", path)
        #expect(answer.status == 200 && answer.text("interval") == "day")
        let items = Array(answer.items)
        #expect(items.count == 90)
        #expect(
            items.first?.members.map(\.name) == [
                "date", "provisional", "workflows", "nested_workflows", "workflow_editors", "case_operators", "runners",
            ])
        #expect(items.first?.member("workflows")?.kind == .null && items.first?.member("provisional")?.boolean == false)
        let last = try #require(items.last)
        #expect(last.member("date")?.string == CalendarDay(world.clock.now).text)
        #expect(last.member("provisional")?.boolean == true && last.member("workflow_editors")?.integer == 1)
        let workspace = try await viewer.fetch("GET", path + "?workspace=soc&interval=month&from=2027-01-01")
        #expect(workspace.items.map { $0.member("workflow_editors")?.integer } == [1])
    }

    @Test("an unknown workspace is not found, and a faulty query is refused")
    func refusals() async throws {
        #expect(try await viewer.fetch("GET", path + "?workspace=none").status == 404)
        for query in ["from=x", "interval=year", "from=2020-01-01", "from=2027-01-02&to=2027-01-01", "from=%zz"] {
            let answer = try await viewer.fetch("GET", "\(path)?\(query)")
            #expect(answer.status == 400 && answer.text("code") == "invalid_request", "\(query)")
        }
    }

    @Test("a client that has the report gets 304 until a figure or the day changes")
    func conditional() async throws {
        let first = try await viewer.fetch("GET", path)
        let tag = try #require(first.field("ETag"))
        let fields = ["If-None-Match: \(tag)"]
        #expect(try await viewer.fetch("GET", path, fields: fields).status == 304)
        world.clock.advance(.seconds(86400))
        let browser = TestBrowser(world)
        try await browser.signIn("vic")
        #expect(try await browser.fetch("GET", path, fields: fields).status == 200)
    }
}
