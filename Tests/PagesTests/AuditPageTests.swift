import Audit
import Testing
import Text
import Time
import TimeZones
import Web

@testable import AccessPages
@testable import AuditLogPages
@testable import PageLayout

@Suite("The page of the audit log")
struct AuditPageTests {
    private static let database = TimeZoneDatabase()

    private func page(_ entries: [AuditEntry], in zone: String = "UTC", filter: AuditFilter = AuditFilter()) throws
        -> String
    {
        let zone = try #require(AuditPageTests.database.zone(named: zone))
        return AuditEvents.page(
            entries, account: Account(name: "x", formToken: "t", times: PageTimes(zone)),
            organization: PageSample.organization(isReadOnly: false), filter: filter
        ).document.markup
    }

    @Test(
        "times and days are those of the user's zone, across its changes and far ahead, with UTC in the tooltip",
        arguments: [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "01:59:59", "Sunday, 29 March 2026", "29 Mar 2026, 00:59:59 UTC"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "03:00:00", "Sunday, 29 March 2026", "29 Mar 2026, 01:00:00 UTC"),
            (
                "Europe/Berlin", "2026-10-25T00:59:59Z", "02:59:59", "Sunday, 25 October 2026",
                "25 Oct 2026, 00:59:59 UTC"
            ),
            (
                "Europe/Berlin", "2026-10-25T01:00:00Z", "02:00:00", "Sunday, 25 October 2026",
                "25 Oct 2026, 01:00:00 UTC"
            ),
            (
                "Europe/Berlin", "2026-11-26T23:30:00Z", "00:30:00", "Friday, 27 November 2026",
                "26 Nov 2026, 23:30:00 UTC"
            ),
            ("Europe/Berlin", "2045-07-01T12:00:00Z", "14:00:00", "Saturday, 1 July 2045", "1 Jul 2045, 12:00:00 UTC"),
            (
                "Asia/Kolkata", "2026-11-26T18:30:00Z", "00:00:00", "Friday, 27 November 2026",
                "26 Nov 2026, 18:30:00 UTC"
            ),
            (
                "Australia/Lord_Howe", "2026-01-01T13:00:00Z", "00:00:00", "Friday, 2 January 2026",
                "1 Jan 2026, 13:00:00 UTC"
            ),
            (
                "Australia/Lord_Howe", "2026-07-01T13:00:00Z", "23:30:00", "Wednesday, 1 July 2026",
                "1 Jul 2026, 13:00:00 UTC"
            ),
            ("UTC", "2026-11-26T23:59:59Z", "23:59:59", "Thursday, 26 November 2026", "26 Nov 2026, 23:59:59 UTC"),
        ])
    func zones(_ zone: String, _ moment: String, _ clock: String, _ day: String, _ universal: String) throws {
        let body = try page([AuditEvents.entry("sign_out", at: moment)], in: zone)
        #expect(body.contains("title=\"\(universal)\">\(clock)</time>"))
        #expect(body.contains("scope=\"rowgroup\">\(day)</th>"))
    }

    @Test("events of one day share a band, which begins anew at midnight of the user's zone")
    func bands() throws {
        let entries = ["2026-11-26T23:30:00Z", "2026-11-26T22:59:00Z", "2026-11-26T22:30:00Z"].map {
            AuditEvents.entry("sign_out", at: $0)
        }
        #expect(try page(entries, in: "UTC").components(of: "class=\"band\"") == 1)
        #expect(try page(entries, in: "Europe/Berlin").components(of: "class=\"band\"") == 2)
    }

    @Test(
        "the days of the filter are those of the user's zone, the last one included",
        arguments: [
            ("UTC", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"),
            ("Europe/Berlin", "2026-11-19T23:00:00Z", "2026-11-26T23:00:00Z"),
            ("Asia/Kolkata", "2026-11-19T18:30:00Z", "2026-11-26T18:30:00Z"),
        ])
    func days(_ zone: String, _ first: String, _ end: String) throws {
        let zone = try #require(AuditPageTests.database.zone(named: zone))
        let filter = AuditFilter([("from", "2026-11-20"), ("to", "2026-11-26"), ("q", "vic")], in: zone)
        #expect(filter.faults.isEmpty)
        #expect(filter.items.map(\.value) == [first, end, "vic"])
        // The form shows the days as they were entered.
        #expect(filter.from == "2026-11-20" && filter.to == "2026-11-26")
        let exact = AuditFilter([("from", "2026-11-20T12:00:00Z")], in: zone)
        #expect(exact.items.map(\.value) == ["2026-11-20T12:00:00Z"])
    }

    @Test("a faulty day stands at its field and is kept; the page shows no events")
    func faults() throws {
        let filter = AuditFilter([("from", "2026-13-01"), ("to", "yesterday")], in: .utc)
        #expect(filter.items.isEmpty)
        let body = try page([], filter: filter)
        #expect(body.contains("value=\"2026-13-01\"") && body.contains("value=\"yesterday\""))
        #expect(body.components(of: "Enter a date, such as 2026-01-31.") == 2)
        #expect(body.contains("aria-describedby=\"from-fault\" aria-invalid=\"true\""))
        let reversed = AuditFilter([("from", "2026-11-26"), ("to", "2026-11-20")], in: .utc)
        #expect(try page([], filter: reversed).contains("The last day is before the first one."))
        // One day is a range too.
        #expect(AuditFilter([("from", "2026-11-26"), ("to", "2026-11-26")], in: .utc).faults.isEmpty)
    }

    @Test("a target is shown by name as a filter that can be removed, and links keep the other filters")
    func chips() throws {
        let query = [("q", "a b"), ("target", "vic-id"), ("action", "suspension_create"), ("limit", "25")]
        let body = try page(
            [AuditEvents.entry("suspension_create", AuditEvents.vic)], filter: AuditFilter(query, in: .utc))
        #expect(body.contains("<span class=\"quiet\">Target:</span> <strong>Vic Moreno</strong>"))
        let path = "/organizations/a.b_c-1/audit"
        #expect(body.contains("href=\"\(path)?q=a%20b&amp;action=suspension_create&amp;limit=25\" aria-label=\"Remove"))
        #expect(body.contains("target=vic-id&amp;limit=25&amp;format=csv\""))
        #expect(body.contains("<input type=\"hidden\" name=\"target\" value=\"vic-id\">"))
    }

    @Test("an empty list says why, and offers to clear the filters only if there are any")
    func empty() throws {
        #expect(try !page([]).contains("Clear filters"))
        let filtered = try page([], filter: AuditFilter([("q", "x")], in: .utc))
        #expect(filtered.contains("No events match these filters") && filtered.contains(">Clear filters</a>"))
    }

    @Test("pages are linked by cursors, and a count that ended early says so")
    func paging() {
        func pager(_ number: Int, newer: Int?, older: Int?, isBounded: Bool = false) -> String {
            AuditEvents.page(
                [AuditEvents.entry("sign_out")], account: PageSample.account,
                organization: PageSample.organization(isReadOnly: false), number: number,
                total: isBounded ? 10_000 : 1_284, isBounded: isBounded, newer: newer, older: older
            ).document.markup
        }
        let first = pager(1, newer: nil, older: 1_234)
        #expect(first.contains("1–1 of 1,284 events") && first.contains("?cursor=1234&amp;page=2\">Next"))
        #expect(first.contains("aria-disabled=\"true\">Previous"))
        let third = pager(3, newer: 1_234, older: nil, isBounded: true)
        #expect(third.contains("101–101 of 10,000+ events") && third.contains("?after=1234&amp;page=2\">Previous"))
        // The first page has no cursor, so that new events appear on it.
        #expect(pager(2, newer: 1_234, older: nil).contains("href=\"/organizations/a.b_c-1/audit\">Previous"))
    }
}

extension String {
    /// The number of times that the text contains another one.
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
