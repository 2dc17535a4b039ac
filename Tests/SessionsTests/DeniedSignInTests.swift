import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Testing
import Time

@testable import Sessions

@Suite("The store of denied sign-ins")
struct DeniedSignInTests {
    private let place: TemporaryStore
    private let store: DeniedSignInStore
    private let acme = OrganizationID("acme")!
    private let globex = OrganizationID("globex")!
    private static let start = ManualClock.start

    init() throws {
        place = try TemporaryStore([DeniedSignInStore.schema])
        store = DeniedSignInStore(database: place.database)
    }

    private static func denied(
        _ id: String, at seconds: Int64 = 0, subject: String? = nil, bytes: Int = 2, name: String? = nil,
        email: EmailAddress? = nil, isVerified: Bool = false, reason: EntitlementReason = .noMatch,
        provider: String = "idp"
    ) -> DeniedSignIn {
        DeniedSignIn(
            id: id, timestamp: start + .seconds(seconds), provider: ProviderID(provider)!,
            identity: Identity(issuer: TokenMint.issuer, subject: Subject(subject ?? id)), name: name, email: email,
            isEmailVerified: isVerified, reason: reason, claims: Array(repeating: 0x20, count: bytes),
            rows: Array("[]".utf8))
    }

    private func list(
        before: (at: Int64, id: String)? = nil, limit: Int = 100, at seconds: Int64 = 0
    ) async throws -> (ids: [String], hasMore: Bool) {
        let page = try await store.list(
            of: acme, before: before, limit: limit, now: DeniedSignInTests.start + .seconds(seconds))
        return (page.items.map(\.id), page.hasMore)
    }

    @Test("a sign-in is found with all that was stored, in its organization alone")
    func find() async throws {
        let denied = DeniedSignInTests.denied("a", name: "Carla", email: "Carla@Acme.Example", isVerified: true)
        try await store.record(denied, in: acme)
        let found = try #require(try await store.find("a", in: acme, now: DeniedSignInTests.start))
        #expect(found == denied && found.email?.spelling == "Carla@Acme.Example")
        #expect(try await store.find("a", in: globex, now: DeniedSignInTests.start) == nil)
        #expect(try await store.find("A", in: acme, now: DeniedSignInTests.start) == nil)
    }

    @Test("every reason is stored by its code, and a row with another code is an error")
    func reasons() async throws {
        for reason in EntitlementReason.allCases {
            try await place.execute("DELETE FROM denied_sign_in")
            try await store.record(DeniedSignInTests.denied("a", reason: reason), in: acme)
            #expect(try await store.find("a", in: acme, now: DeniedSignInTests.start)?.reason == reason)
            #expect(try await place.texts("SELECT reason FROM denied_sign_in") == [reason.rawValue])
        }
        try await place.execute("UPDATE denied_sign_in SET reason = 'NO_MATCH'")
        await #expect(throws: DatabaseError.self) {
            try await store.find("a", in: acme, now: DeniedSignInTests.start)
        }
    }

    @Test("the last sign-in of a user takes the place of the previous one; names are compared by octets")
    func replaces() async throws {
        for (id, subject) in [("a", "\u{E9}"), ("b", "e\u{301}"), ("c", "\u{E9}"), ("d", "E\u{301}")] {
            try await store.record(DeniedSignInTests.denied(id, subject: subject), in: acme)
        }
        try await store.record(DeniedSignInTests.denied("e", subject: "\u{E9}"), in: globex)
        #expect(try await list().ids == ["a", "b", "d"])
        #expect(try await store.find("c", in: acme, now: DeniedSignInTests.start) == nil)
    }

    // MARK: Attempts and dismissals

    private func request(_ id: String, at seconds: Int64) async throws -> AccessRequest? {
        try await store.find(id, in: acme, now: DeniedSignInTests.start + .seconds(seconds))?.request
    }

    private func dismiss(_ id: String, _ isDismissed: Bool = true, at seconds: Int64) async throws -> AccessRequest? {
        let acme = acme
        return try await place.database.write { transaction throws(DatabaseError) in
            try DeniedSignInStore.dismiss(
                isDismissed, id, in: acme, at: DeniedSignInTests.start + .seconds(seconds), transaction)
        }
    }

    @Test("attempts are counted from the first one, and begin anew once the last one is too old")
    func attempts() async throws {
        let day: Int64 = 86_400
        for (number, at) in [0, day, 3 * day].enumerated() {
            try await store.record(DeniedSignInTests.denied("\(number)", at: at, subject: "sam"), in: acme)
        }
        let request = try #require(try await request("0", at: 3 * day))
        #expect(request.attempts == 3 && request.firstAt == DeniedSignInTests.start)
        #expect(request.lastAt == DeniedSignInTests.start + .seconds(3 * day) && request.state == .open)
        try await store.record(DeniedSignInTests.denied("late", at: 33 * day + 1, subject: "sam"), in: acme)
        let late = try #require(try await self.request("late", at: 33 * day + 1))
        #expect(late.attempts == 1 && late.firstAt == late.lastAt)
    }

    @Test("a dismissed request is listed apart, keeps counting, and can be opened again")
    func dismissed() async throws {
        try await store.record(DeniedSignInTests.denied("a", email: "Sam@x.example"), in: acme)
        try await store.record(DeniedSignInTests.denied("b"), in: acme)
        let version = store.version
        #expect(try await dismiss("a", at: 5)?.state == .open)
        #expect(try await dismiss("none", at: 5) == nil)
        // A repeated dismissal is none.
        #expect(try await dismiss("a", at: 7)?.state == .dismissed)
        try await store.record(DeniedSignInTests.denied("c", at: 9, subject: "a", email: "sam@X.example"), in: acme)
        #expect(store.version > version)
        let request = try #require(try await request("a", at: 9))
        #expect(request.state == .dismissed && request.attempts == 2)
        #expect(request.dismissedAt == DeniedSignInTests.start + .seconds(5))
        #expect(try await list(at: 9).ids == ["b"])
        let now = DeniedSignInTests.start + .seconds(9)
        let page = try await store.list(of: acme, before: nil, limit: 9, now: now, state: .dismissed)
        #expect(page.items.map(\.id) == ["a"])
        #expect(try await dismiss("a", false, at: 10)?.state == .dismissed)
        #expect(try await list(at: 10).ids == ["a", "b"])
    }

    @Test(
        "a change of the reason, the address, its verification or the provider opens a dismissed request",
        arguments: [
            denied("b", at: 9, subject: "a", email: "sam@x.example", reason: .claimsIncomplete),
            denied("b", at: 9, subject: "a", email: "sam@y.example"), denied("b", at: 9, subject: "a"),
            denied("b", at: 9, subject: "a", email: "sam@x.example", isVerified: true),
            denied("b", at: 9, subject: "a", email: "sam@x.example", provider: "other"),
        ])
    func reopened(change: DeniedSignIn) async throws {
        try await store.record(DeniedSignInTests.denied("a", email: "sam@x.example"), in: acme)
        _ = try await dismiss("a", at: 5)
        try await store.record(change, in: acme)
        // What was decided about the old request does not apply to the new one, so that it has a new id.
        #expect(try await dismiss("a", at: 9) == nil)
        #expect(try await list(at: 9).ids == ["b"])
        #expect(try await request("b", at: 9)?.attempts == 2)
    }

    @Test("a dismissal ends after 30 days, and that of a clock that was ahead never began")
    func dismissalEnds() async throws {
        let month: Int64 = 30 * 86_400
        try await store.record(DeniedSignInTests.denied("a"), in: acme)
        _ = try await dismiss("a", at: 5)
        try await store.record(DeniedSignInTests.denied("b", at: month, subject: "a"), in: acme)
        #expect(try await request("a", at: month + 4)?.state == .dismissed)
        #expect(try await request("a", at: month + 5)?.state == .open)
        try await place.execute("UPDATE denied_sign_in SET dismissed_at = 9223372036854775807")
        #expect(try await request("a", at: month + 4)?.state == .open)
    }

    @Test("users whom the reader hides leave a full page to the others")
    func hidden() async throws {
        for number in 1...6 {
            try await store.record(DeniedSignInTests.denied("\(number)", at: Int64(number)), in: acme)
        }
        let page = try await store.list(
            of: acme, before: nil, limit: 2, now: DeniedSignInTests.start + .seconds(9)
        ) { identity, _ in ["6", "4", "1"].contains(identity.subject.text) }
        #expect(page.items.map(\.id) == ["5", "3"] && page.hasMore)
    }

    @Test(
        "a store of the first version keeps its denied sign-ins, as one attempt each",
        .onSQLite("the first version of PostgreSQL's tables is later"))
    func migrates() async throws {
        let old = DeniedSignInStore.schema.prefix(1)
        let place = try TemporaryStore([old])
        let at = DeniedSignInTests.start.seconds
        try await place.execute(
            """
            INSERT INTO denied_sign_in VALUES
                ('acme', 'a', \(at), 'idp', 'https://idp.example', 'sam', 'Sam@x.example', 'no_match', x'7B7D', x'5B5D')
            """)
        let database = try Database(at: place.database.location, schemas: [DeniedSignInStore.schema])
        let found = try await DeniedSignInStore(database: database).find("a", in: acme, now: DeniedSignInTests.start)
        let request = try #require(found?.request)
        #expect(
            request.attempts == 1 && request.firstAt == DeniedSignInTests.start && request.lastAt == request.firstAt)
        #expect(request.email?.spelling == "Sam@x.example" && !request.isEmailVerified && request.state == .open)
        #expect(found?.claims == Array("{}".utf8) && found?.rows == Array("[]".utf8))
        database.close()
    }

    @Test("sign-ins are kept for 30 days, and those of a clock that was ahead are not shown")
    func age() async throws {
        let month: Int64 = 30 * 86_400
        try await store.record(DeniedSignInTests.denied("a"), in: acme)
        #expect(try await list(at: month - 1).ids == ["a"])
        #expect(try await list(at: month).ids.isEmpty)
        #expect(try await list(at: -60).ids == ["a"])
        #expect(try await list(at: -61).ids.isEmpty)
        #expect(try await store.find("a", in: acme, now: DeniedSignInTests.start - .seconds(61)) == nil)
        // A later sign-in removes the expired rows, of its organization alone.
        try await store.record(DeniedSignInTests.denied("z"), in: globex)
        try await store.record(DeniedSignInTests.denied("b", at: month + 1), in: acme)
        #expect(try await place.count("denied_sign_in") == 2)
    }

    @Test("the newest come first, and pages neither skip nor repeat those of one second")
    func pages() async throws {
        let times: [(String, Int64)] = [("d", 1), ("b", 2), ("a", 2), ("c", 2), ("e", 3)]
        for (id, seconds) in times { try await store.record(DeniedSignInTests.denied(id, at: seconds), in: acme) }
        #expect(try await list(at: 5).ids == ["e", "a", "b", "c", "d"])
        var (ids, before): ([String], (at: Int64, id: String)?) = ([], nil)
        while true {
            let page = try await list(before: before, limit: 2, at: 5)
            ids += page.ids
            let last = try #require(page.ids.last)
            before = (DeniedSignInTests.start.seconds + (times.first { $0.0 == last }?.1 ?? 0), last)
            guard page.hasMore else { break }
        }
        #expect(ids == ["e", "a", "b", "c", "d"])
    }

    @Test("an organization keeps its newest 500")
    func bounded() async throws {
        for number in 0..<520 {
            try await store.record(DeniedSignInTests.denied("d\(number)", at: Int64(number)), in: acme)
        }
        #expect(try await place.count("denied_sign_in") == 500)
        #expect(try await store.find("d19", in: acme, now: DeniedSignInTests.start + .seconds(520)) == nil)
        #expect(try await store.find("d20", in: acme, now: DeniedSignInTests.start + .seconds(520)) != nil)
    }

    @Test("a page with large claims ends after the item that exceeds two mebibytes")
    func largeClaims() async throws {
        for number in 0..<5 {
            try await store.record(
                DeniedSignInTests.denied("d\(number)", at: Int64(number), bytes: 900 << 10), in: acme)
        }
        let page = try await list(at: 5)
        #expect(page.ids == ["d4", "d3", "d2"] && page.hasMore)
    }

    @Test("the store keeps what every store keeps")
    func conformance() async throws {
        let acme = acme
        try await StoreConformance(
            schemas: [DeniedSignInStore.schema], listed: ["5", "4", "3", "2", "1"],
            damage: [
                "provider = ''", "at = 9223372036854775807", "at = -9223372036854775808", "id = ''",
                "claims = \(TestSQL.blob([]))", "attempts = -9223372036854775808", "first_at = 9223372036854775807",
                "dismissed_at = -1",
            ].map {
                "UPDATE denied_sign_in SET \($0) WHERE id = '3'"
            },
            open: { DeniedSignInStore(database: $0) },
            write: { store, number in
                try await store.record(DeniedSignInTests.denied("\(number)", at: Int64(number)), in: acme)
            },
            read: { store in
                try await store.list(of: acme, before: nil, limit: 10, now: DeniedSignInTests.start + .seconds(9))
                    .items.map(\.id)
            }
        ).verify()
    }

    @Test("a request is looked up by its id, not searched among all of its organization")
    func lookup() async throws {
        let plan = try await place.database.read { transaction throws(DatabaseError) in
            try QueryPlan(
                "SELECT id FROM denied_sign_in WHERE \(DeniedSignInStore.byID)",
                [.text("acme"), .text("a"), .integer(0), .integer(1)], transaction)
        }
        #expect(plan.uses("denied_sign_in_id", by: ["organization", "id"]) && !plan.readsAllOrSorts, "\(plan)")
    }
}
