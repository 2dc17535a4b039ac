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
        _ id: String, at seconds: Int64 = 0, subject: String? = nil, bytes: Int = 2, email: EmailAddress? = nil,
        reason: EntitlementReason = .noMatch
    ) -> DeniedSignIn {
        DeniedSignIn(
            id: id, timestamp: start + .seconds(seconds), provider: ProviderID("idp")!,
            identity: Identity(issuer: TokenMint.issuer, subject: Subject(subject ?? id)), email: email,
            reason: reason, claims: Array(repeating: 0x20, count: bytes), rows: Array("[]".utf8))
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
        let denied = DeniedSignInTests.denied("a", email: "Carla@Acme.Example")
        try await store.record(denied, in: acme)
        let found = try #require(try await store.find("a", in: acme, now: DeniedSignInTests.start))
        #expect(found == denied && found.email?.spelling == "Carla@Acme.Example")
        #expect(try await store.find("a", in: globex, now: DeniedSignInTests.start) == nil)
        #expect(try await store.find("A", in: acme, now: DeniedSignInTests.start) == nil)
    }

    @Test("every reason is stored by its code, and a row with another code is an error")
    func reasons() async throws {
        for reason in EntitlementReason.allCases {
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
        #expect(try await list().ids == ["b", "c", "d"])
        #expect(try await store.find("a", in: acme, now: DeniedSignInTests.start) == nil)
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
                "provider = ''", "at = 9223372036854775807", "at = -9223372036854775808", "claims = x''", "id = ''",
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
}
