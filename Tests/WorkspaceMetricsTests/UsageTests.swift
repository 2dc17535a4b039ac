import GatehouseTesting
import Inventory
import JSON
import Testing
import Time

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Usage history")
struct UsageTests {
    @Test("figures are carried forward over 40 days without the process, and are null before the first known day")
    func downtime() async throws {
        let world = try TestStore()
        try world.set("2026-03-01T12:00:00Z")
        try await world.publish(3)
        try world.set("2026-04-10T00:00:00Z")
        let later = try world.reopened()
        #expect(later.today.text == "2026-04-10")
        let points = try #require(try await world.usage(["from": "2026-02-27", "to": "2026-04-10"]))
        #expect(points.count == 43)
        #expect(points.prefix(2).allSatisfy { $0.figures == [nil, nil, nil, nil, nil] })
        #expect(points.dropFirst(2).allSatisfy { $0.figures == [3, 0, 0, 0, 0] })
        #expect(points.dropLast().allSatisfy { $0.isProvisional == false } && points.last?.isProvisional == true)
        try await world.publish(5)
        #expect(try await world.workflows(["from": "2026-04-08"]) == [3, 3, 5])
        #expect(try await world.count("usage_history WHERE workspace = '' AND metric = 0") == 2)
    }

    @Test("a day has the figure at its end, and today the current one")
    func endOfDay() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T00:00:00Z")
        for count in [4, 9, 2] { try await world.publish(count) }
        try world.set("2026-05-04T23:59:59Z")
        try await world.publish(7)
        try world.set("2026-05-05T00:00:00Z")
        try await world.publish(8)
        #expect(try await world.workflows(["from": "2026-05-04"]) == [7, 8])
        try await world.publish(6)
        #expect(try await world.workflows(["from": "2026-05-04"]) == [7, 6])
        #expect(try await world.workflows(["from": "2026-05-04", "to": "2026-05-04"]) == [7])
    }

    @Test("a clock that jumps back a day continues the latest day")
    func clockJumpsBack() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T12:00:00Z")
        try await world.publish(1)
        try world.set("2026-05-05T01:00:00Z")
        try await world.publish(2)
        try world.set("2026-05-04T23:00:00Z")
        try await world.publish(3)
        #expect(try await world.usage(["from": "2026-05-03"])?.map(\.figures[0]) == [nil, 3])
        #expect(world.store.snapshot(of: .acme).recent.today.text == "2026-05-05")
        try world.set("2026-05-06T01:00:00Z")
        #expect(try await world.workflows(["from": "2026-05-03"]) == [nil, 1, 3, 3])
    }

    @Test("a clock that jumps back a month moves the figures of days to come to the current day")
    func clockJumpsFarBack() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T12:00:00Z")
        try await world.publish(1)
        try world.set("2026-06-20T12:00:00Z")
        try await world.publish(2)
        try world.set("2026-05-10T12:00:00Z")
        #expect(try await world.workflows(["from": "2026-05-09"]) == [1, 2])
        try await world.publish(3)
        #expect(try await world.workflows(["from": "2026-05-09"]) == [1, 3])
        let recent = world.store.snapshot(of: .acme).recent
        #expect(recent.today.text == "2026-05-10" && recent.days.last??.workflows == 3)
        #expect(recent.days[recent.days.count - 2]?.workflows == 1)
    }

    @Test(
        "weeks begin on Monday, months on the first, and both end with their last day",
        arguments: [
            ("day", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"], [28, 29, 101]),
            ("month", "2024-01-31", "2024-03-01", ["2024-01-01", "2024-02-01", "2024-03-01"], [nil, 29, 131]),
            ("month", "2024-02-29", "2024-02-29", ["2024-02-01"], [29]),
            // A Thursday and the Monday after it.
            ("week", "2024-02-29", "2024-03-04", ["2024-02-26", "2024-03-04"], [103, 110]),
            ("week", "2024-12-30", "2025-01-01", ["2024-12-30"], [131]),
        ] as [(String, String, String, [String], [Int?])])
    func intervals(interval: String, from: String, to: String, dates: [String], figures: [Int?]) async throws {
        let world = try TestStore()
        // The workflows are the day of the month in February 2024, and 100 more in March.
        var day = try #require(CalendarDay("2024-02-01"))
        while day.text != "2024-04-01" {
            try world.set(day.text + "T12:00:00Z")
            let date = CalendarDate(day.start)
            try await world.publish(date.day + (date.month == 3 ? 100 : 0))
            day = day + 1
        }
        try world.set("2026-01-01T00:00:00Z")
        let points = try #require(try await world.usage(["interval": interval, "from": from, "to": to]))
        #expect(points.map(\.date) == dates)
        #expect(points.map(\.figures[0]) == figures)
        #expect(points.allSatisfy { $0.isProvisional == false })
    }

    @Test("the interval under way is provisional, and later ones are left out")
    func provisional() async throws {
        let world = try TestStore()
        try world.set("2026-05-06T12:00:00Z")
        try await world.publish(1)
        let points = try #require(
            try await world.usage(["interval": "week", "from": "2026-04-30", "to": "2026-06-30"]))
        #expect(points.map(\.date) == ["2026-04-27", "2026-05-04"])
        #expect(points.map(\.isProvisional) == [false, true] && points.map(\.figures[0]) == [nil, 1])
        // The month ends today.
        try world.set("2026-05-31T23:59:59Z")
        #expect(try await world.usage(["interval": "month", "from": "2026-05-20"])?.map(\.isProvisional) == [true])
        #expect(try await world.usage(["from": "2026-06-01", "to": "2026-06-03"]) == [])
    }

    @Test("the default is the last 90 days")
    func defaultRange() async throws {
        let world = try TestStore()
        try world.set("2026-05-06T12:00:00Z")
        let points = try #require(try await world.usage())
        #expect(points.count == 90 && points.first?.date == "2026-02-06" && points.last?.date == "2026-05-06")
        #expect(points.allSatisfy { $0.figures.allSatisfy { $0 == nil } })
        #expect(try await world.usage(["to": "2026-04-01"])?.count == 90)
    }

    @Test("a workspace has a history of its own, which it keeps after it was deleted")
    func workspaces() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T12:00:00Z")
        try await world.publish(2, in: "soc")
        try await world.publish(5, in: "lab")
        try world.set("2026-05-05T12:00:00Z")
        _ = try await world.store.deleteWorkspace("lab", of: .acme).get()
        let from = ["from": "2026-05-03"]
        #expect(try await world.workflows(from) == [nil, 7, 2])
        #expect(try await world.workflows(from.merging(["workspace": "soc"]) { $1 }) == [nil, 2, 2])
        #expect(try await world.workflows(from.merging(["workspace": "lab"]) { $1 }) == [nil, 5, 0])
        #expect(try await world.workflows(from.merging(["workspace": "LAB"]) { $1 }) == nil)
        #expect(try await world.workflows(["workspace": "soc"], .globex) == nil)
        try await world.publish(1, in: "lab")
        #expect(try await world.workflows(from.merging(["workspace": "lab"]) { $1 }) == [nil, 5, 1])
    }

    @Test("people of the organization are distinct people")
    func people() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T12:00:00Z")
        _ = try await world.put(example).get()
        let point = try #require(try await world.usage(["from": "2026-05-04"])?.first)
        #expect(point.figures == [1, 1, 1, 2, 1])
        let lab = try await world.usage(["from": "2026-05-04", "workspace": "lab"])
        #expect(lab?.map(\.figures) == [[0, 0, 0, 1, 0]])
        let soc = try await world.usage(["from": "2026-05-04", "workspace": "soc"])
        #expect(soc?.map(\.figures) == [[1, 1, 1, 2, 1]])
    }

    @Test(
        "a faulty query is refused",
        arguments: [
            (["from": "2026-02-30"], "from"), (["to": "yesterday"], "to"), (["from": "2026-1-1"], "from"),
            (["interval": "year"], "interval"), (["interval": "Day"], "interval"),
            (["from": "2026-05-02", "to": "2026-05-01"], "from"), (["from": "2026-05-07"], "from"),
            (["from": "2023-08-10"], "from"),
            (["from": "1990-01-01", "to": "2100-01-01", "interval": "month"], "from"), (["to": "9999-12-31"], "to"),
            (["from": "2026-05-01", "to": "2029-05-01"], "from"),
        ])
    func refused(query: [String: String], parameter: String) throws {
        let today = try #require(CalendarDay("2026-05-06"))
        do {
            _ = try UsageQuery(query.map { (name: $0.key, value: $0.value) }, today: today)
            Issue.record("the query was accepted")
        } catch {
            #expect(error.faults.map(\.parameter) == [parameter])
        }
    }

    @Test("1,000 points are allowed")
    func mostPoints() throws {
        let today = try #require(CalendarDay("2026-05-06"))
        func starts(_ from: String, _ interval: String) throws -> Int {
            try UsageQuery([("from", from), ("interval", interval), ("colour", "blue")], today: today)
                .starts(today: today).count
        }
        #expect(try starts("2023-08-11", "day") == 1000 && starts("2007-03-12", "week") == 1000)
        #expect(throws: QueryError.self) { try starts("2007-03-11", "week") }
        #expect(try starts("1943-02-28", "month") == 1000)
        #expect(throws: QueryError.self) { try starts("1943-01-31", "month") }
        #expect(throws: QueryError.self) {
            try UsageQuery([("from", "2026-05-01"), ("from", "2026-05-02")], today: today)
        }
    }

    @Test("equal reports have equal tags, and a new day or figure another one")
    func tags() async throws {
        let world = try TestStore()
        try world.set("2026-05-04T12:00:00Z")
        try await world.publish(1)
        func tag(_ query: [(name: String, value: String)] = []) async throws -> String? {
            try await world.store.usage(of: .acme, UsageQuery(query, today: world.store.today))?.entityTag
        }
        let first = try await tag()
        #expect(try await tag() == first)
        #expect(try await tag([("interval", "week")]) != first)
        try await world.publish(2)
        let second = try await tag()
        #expect(second != first)
        world.clock.advance(.seconds(86400))
        #expect(try await tag() != second)
    }
}
