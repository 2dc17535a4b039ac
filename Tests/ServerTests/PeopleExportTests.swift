import GatehouseTesting
import HTTPMessage
import Identities
import JSON
import Policy
import Synchronization
import Testing

@testable import Server

@Suite("Exports of members, suspended people and invitations")
struct PeopleExportTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let members = "/organizations/acme/members"
    private let invitations = "/organizations/acme/invitations"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    /// Collects what is written, and acts after each piece.
    private final class Collector: ResponseWriter {
        private let collected = Mutex<[[UInt8]]>([])
        private let after: @Sendable () async throws -> Void

        init(after: @escaping @Sendable () async throws -> Void = {}) { self.after = after }

        var pieces: [[UInt8]] { collected.withLock { $0 } }
        var text: String { String(decoding: pieces.joined(), as: UTF8.self) }

        func write(_ bytes: [UInt8]) async throws {
            collected.withLock { $0.append(bytes) }
            try await after()
        }
    }

    private func export(
        _ path: String, by browser: TestBrowser? = nil, to collector: Collector = Collector()
    ) async throws -> String {
        let answer = try await (browser ?? manager).open(path)
        guard answer.status == 200, case .stream(let producer) = answer.response?.body else {
            Issue.record("\(path): \(answer.status) \(answer.body)")
            return ""
        }
        try await producer(collector)
        return collector.text
    }

    /// The rows of a table without quoted line breaks, after the header.
    private func rows(_ table: String) throws -> [[String]] {
        var lines = table.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(!lines.isEmpty)
        lines.removeFirst()
        return lines.map { $0.map(String.init) }
    }

    private func items(_ list: String) throws -> [JSONValue] {
        let root = try JSONDocument(parsing: Array(list.utf8)).root
        return Array(try #require(root.member("items")).elements)
    }

    @Test("the members are exported as they are shown: filters, order and all pages, in both formats")
    func shown() async throws {
        _ = try await world.browser("vic")
        for number in 1...120 { try world.grant(.viewer, to: "person \(number)") }
        let table = try await export("\(members)?q=person&order=desc&page=2&limit=25&format=csv")
        #expect(table.hasPrefix("\u{FEFF}name,email,email_verified,provider,user_id,role,sources,last_sign_in\r\n"))
        let subjects = (1...120).reversed().map { "person \($0)" }
        #expect(try rows(table).map { $0[4] } == subjects)
        let last = ["", "", "", "idp", "person 120", "organization-viewer", "Granted by the operator", ""]
        #expect(try rows(table)[0] == last)
        let list = try items(await export("\(members)?q=person&order=desc&format=json"))
        #expect(list.map { $0.member("user_id")?.string } == subjects)
        let vic = try items(await export("\(members)?q=VIC&format=json"))
        #expect(vic.count == 1)
        #expect(vic[0].member("email")?.string == "vic@acme.example")
        #expect(vic[0].member("email_verified")?.boolean == true)
        #expect(vic[0].member("sources")?.elements.map { $0.string } == ["Rule 2"])
        #expect(vic[0].member("last_sign_in")?.string?.hasSuffix("Z") == true)
        let page = try await manager.open("\(members)?q=person&order=desc&page=2&limit=25")
        #expect(page.body.contains("120 members, filters applied"))
        let link = "\(members)?q=person&amp;order=desc&amp;format=csv"
        #expect(page.body.contains("href=\"\(link)\" download=\"acme-members.csv\""))
        #expect(try await manager.open(members).body.contains(">122 members</li>"))
        #expect(try await manager.open("\(members)?format=xml").body.contains("<h1>Members</h1>"), "an unknown format")
    }

    @Test("suspended people and invitations are exported too, without links")
    func others() async throws {
        _ = try await world.browser("vic")
        let person = "\(members)/\(try world.identity("vic"))"
        _ = try await manager.post("\(person)/suspend", [("reason", "Left, \"early\"")])
        let suspended = try await export("\(members)?list=suspended&format=csv")
        #expect(suspended.contains("vic@acme.example,true,idp,vic,\"Left, \"\"early\"\"\","))
        let item = try items(await export("\(members)?list=suspended&format=json"))[0]
        #expect(item.member("reason")?.string == "Left, \"early\"")
        #expect(item.member("role_if_reinstated")?.string == "organization-viewer")
        #expect(item.member("suspended_by")?.string?.contains("arla") == true)
        for (address, role) in [("kim", "organization-viewer"), ("bob", "organization-manager")] {
            _ = try await manager.call(
                "POST", "\(acme)/invitations", #"{"email":"\#(address)@acme.example","role":"\#(role)"}"#)
        }
        let table = try await export("\(invitations)?sort=email&format=csv")
        #expect(try rows(table).map { $0[0] } == ["bob@acme.example", "kim@acme.example"])
        #expect(try rows(table).map { $0[2] } == ["pending", "pending"])
        let list = try await export("\(invitations)?role=organization-manager&format=json")
        #expect(try items(list).map { $0.member("email")?.string } == ["bob@acme.example"])
        for text in [suspended, table, list] {
            for secret in ["token", "http", "acme-viewers", "groups"] { #expect(!text.contains(secret), "\(secret)") }
        }
        #expect(try await manager.open("\(invitations)?q=kim").body.contains(">1 invitation, filters applied</li>"))
        #expect(try await manager.open("\(members)?list=suspended").body.contains(">1 suspended person</li>"))
    }

    @Test("no name is run as a formula by a spreadsheet")
    func formulas() async throws {
        _ = try await world.browser("vic")
        for (index, name) in ["=cmd|'/C calc'!A1", "+1", "@SUM(A1)", "\t=1", "a \"b\", c"].enumerated() {
            let text = name.replacing("'", with: "''")
            try await world.execute(
                """
                INSERT INTO person_seen (organization, identity, issuer, subject, provider, email, seen_at, claims,
                    rules, mapped_role, mapped_by, sort, search, name)
                SELECT organization, '\(String(repeating: "\(index)", count: 21))A', issuer, 's\(index)', provider,
                    '-\(index)@acme.example', seen_at, claims, rules, mapped_role, mapped_by, 'x', 'odd', '\(text)'
                FROM person_seen WHERE subject = 'vic'
                """)
        }
        let table = try await export("\(members)?q=odd&format=csv")
        for cell in ["\"'=cmd|'/C calc'!A1\"", "\"'+1\"", "\"'@SUM(A1)\"", "\"'\t=1\"", "\"a \"\"b\"\", c\""] {
            #expect(table.contains("\r\n\(cell),\"'-"), "\(cell)")
        }
        #expect(try items(await export("\(members)?q=odd&format=json")).count == 5)
    }

    @Test("each export is one event with its list, format and filters; HEAD requests and other sites make none")
    func recorded() async throws {
        let vic = try await world.browser("vic")
        let before = try await world.audited().count
        let path = "\(members)?role=organization-viewer&page=3&format=csv"
        #expect(try await manager.send("HEAD", path, fields: TestBrowser.navigation).status == 200)
        for path in [path, "\(invitations)?format=json"] {
            let foreign = try await manager.send(
                "GET", path, fields: TestBrowser.navigation + ["Sec-Fetch-Site: cross-site"])
            #expect(foreign.status == 403, "\(path)")
        }
        #expect(try await TestBrowser(world).open(path).status == 303, "signed out")
        #expect(try await world.audited().count == before)
        _ = try await export(path, by: vic)
        _ = try await export("\(members)?list=suspended&q=x&format=json")
        let events = try await manager.fetch("GET", "\(acme)/audit-events?action=member_export").items
        let details = events.compactMap { $0.member("details") }
        #expect(details.map { $0.member("list")?.string } == ["suspended", "members"])
        #expect(details.map { $0.member("format")?.string } == ["application/json", "text/csv"])
        #expect(details.map { $0.member("role")?.string } == [nil, "organization-viewer"])
        #expect(details.map { $0.member("q")?.string } == ["x", nil])
        #expect(events.last?.member("actor")?.member("subject")?.string == "vic")
        #expect(try await manager.open("/organizations/acme/audit").body.contains("exported the members as CSV"))
    }

    @Test("a verification that is not known is neither true nor false")
    func unknownVerification() async throws {
        _ = try await world.browser("vic")
        try world.grant(.viewer, to: "vic")
        try await world.execute(
            "UPDATE person_seen SET claims = \(TestSQL.blob([0])), rules = 'earlier' WHERE subject = 'vic'")
        #expect(try await export("\(members)?q=vic&format=csv").contains(",vic@acme.example,,idp,vic,"))
        let vic = try items(await export("\(members)?q=vic&format=json"))
        #expect(vic.count == 1 && vic[0].member("email_verified")?.isNull == true)
        try await TestBrowser(world).signIn("una", "organization=acme")
        try world.grant(.viewer, to: "una")
        #expect(try await export("\(members)?q=una&format=csv").contains(",ceo@acme.example,false,"))
    }

    @Test("another site's link is refused before anything is read")
    func foreign() async throws {
        try await world.execute("ALTER TABLE invitation RENAME TO unreadable")
        let path = "\(invitations)?format=csv"
        #expect(try await manager.open(path).status == 503)
        let fields = TestBrowser.navigation + ["Sec-Fetch-Site: cross-site"]
        #expect(try await manager.send("GET", path, fields: fields).status == 403)
    }

    @Test(
        "exports are limited per address, and pages are not",
        arguments: [
            "/members?format=csv", "/members?list=suspended&format=json", "/invitations?format=csv",
            "/audit?format=csv",
        ])
    func limited(path: String) async throws {
        let path = "/organizations/acme\(path)"
        var answers = [try await manager.open(path)]
        while answers.last?.status != 429, answers.count < 200 { answers.append(try await manager.open(path)) }
        #expect(answers.count > 60 && answers.dropLast().allSatisfy { $0.status == 200 })
        #expect(answers.last?.status == 429 && answers.last?.field("Retry-After") != nil)
        #expect(try await manager.open("\(members)?format=xml").status == 200)
        #expect(try await manager.fetch("GET", "\(acme)/audit-events").status == 200)
    }

    @Test("an event holds the beginning of a long filter")
    func longFilter() async throws {
        let program = "\(acme)/audit-events?q=\(String(repeating: "x", count: 255))"
        #expect(try await manager.send("GET", program, fields: ["Accept: text/csv"]).status == 200)
        let event = try #require(try await manager.fetch("GET", "\(acme)/audit-events?action=audit_export").items.first)
        #expect(event.member("details")?.member("q")?.string == String(repeating: "x", count: 200))
    }

    @Test("a long list is sent in pieces")
    func pieces() async throws {
        for number in 1...450 { try world.grant(.viewer, to: "p\(number)") }
        let collector = Collector()
        let whole = try await export("\(members)?format=csv", to: collector)
        #expect(try rows(whole).count == 451 && collector.pieces.count == 4)
    }

    @Test(
        "an export is cut short when the session or the role of its user ends",
        arguments: [
            "UPDATE session SET ended_at = 1 WHERE subject = 'vic'",
            """
            INSERT INTO suspension (organization, identity, issuer, subject, created_at)
            SELECT organization, identity, issuer, subject, 1 FROM person_seen WHERE subject = 'vic'
            """,
        ])
    func ended(change: String) async throws {
        let vic = try await world.browser("vic")
        let answer = try await vic.open("\(members)?format=csv")
        guard case .stream(let producer) = answer.response?.body else {
            Issue.record("\(answer.status)")
            return
        }
        // The first piece is the header.
        let world = world
        let collector = Collector { try await world.execute(change) }
        await #expect(throws: (any Error).self) { try await producer(collector) }
        #expect(collector.pieces.count == 1)
    }
}
