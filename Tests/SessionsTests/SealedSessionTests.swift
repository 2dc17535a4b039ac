import Cryptography
import Databases
import GatehouseTesting
import Identities
import Testing
import Time
import Tokens

@testable import Sessions

@Suite("Sealed sessions and tampered rows")
struct SealedSessionTests {
    private let world: SessionWorld

    init() throws { world = try SessionWorld() }

    @Test("sessions open with a rotated key while it is kept, and end with it")
    func rotation() async throws {
        let session = try await world.begin()
        world.store.seal(with: try AccessWorld.box(8, 7))
        #expect(world.store.cached(session.key) == nil)
        let reopened = try #require(try await world.store.session(session.key))
        #expect(world.store.refreshToken(of: reopened) == "refresh")
        // A renewal seals with the new key.
        _ = try #require(try await world.store.renew(reopened, with: nil, refreshToken: "next"))
        let other = try await world.begin("vic")
        world.store.seal(with: try AccessWorld.box(8))
        for key in [session.key, other.key] { #expect(try await world.store.session(key) != nil) }
        world.store.seal(with: try AccessWorld.box(9))
        for key in [session.key, other.key] { #expect(try await world.store.session(key) == nil) }
        world.store.seal(with: nil)
        #expect(try await world.store.session(session.key) == nil)
        #expect(world.store.idToken(of: session) == nil)
    }

    @Test(
        "keys that are replaced while a session is stored keep it out of the cache",
        arguments: [[8, 7], [8]] as [[UInt8]])
    func replacedMeanwhile(keys: [UInt8]) async throws {
        let (store, old) = (world.store, try await world.begin())
        let new = try world.new("vic")
        let prepared = try store.prepare(new, replacing: old.key)
        store.seal(with: try SealedBox(keys: keys.map { Array(repeating: $0, count: 32) }))
        let result: Result<Void, ProviderSessionEndedRefusal> = try await store.database.decide {
            transaction throws(DatabaseError) in
            if let refusal = try store.insert(prepared, transaction) { return .refuse(refusal) }
            return .commit((), publish: { store.publish(prepared) })
        }
        try result.get()
        #expect(store.cached(prepared.session.key) == nil && store.cached(old.key) == nil)
        // Only keys that still open the session let it in.
        #expect(try await (store.session(prepared.session.key) != nil) == keys.contains(7))
    }

    @Test("a renewal under replaced keys is not cached, and neither is the version before it")
    func renewedMeanwhile() async throws {
        let (store, before) = (world.store, try await world.begin())
        let keys = try #require(store.currentKeys())
        store.seal(with: try AccessWorld.box(8, 7))
        let reopened = try #require(try await store.session(before.key))
        #expect(store.cached(before.key) === reopened)
        store.keep(before, sealedWith: keys)
        #expect(store.cached(before.key) == nil)
        store.keep(reopened, sealedWith: try #require(store.currentKeys()))
        #expect(store.cached(before.key) === reopened)
    }

    @Test(
        "sealed values of one session do not open in another, nor in another column",
        arguments: [
            "claims = (SELECT claims FROM session WHERE user_agent = 'victim')",
            "claims = (SELECT refresh_token FROM session WHERE user_agent = 'thief')", "claims = \(TestSQL.blob([]))",
            "claims = substr(claims, 1, length(claims) - 1)", "claims = \(TestSQL.zeros(1_000_000))",
            "version = 0", "version = -1", "version = 9223372036854775807",
        ])
    func copiedClaims(_ change: String) async throws {
        let victim = try await world.begin("victim", agent: "victim")
        let thief = try await world.begin("thief", agent: "thief")
        try await world.place.execute("UPDATE session SET \(change) WHERE user_agent = 'thief'")
        let other = world.otherProcess()
        #expect(try await other.session(thief.key) == nil)
        #expect(try await other.session(victim.key)?.claims.identity == world.identity("victim"))
    }

    @Test("a refresh token that was copied to another session or column is not used")
    func copiedTokens() async throws {
        try await world.begin("victim", agent: "victim")
        let thief = try await world.begin("thief", agent: "thief")
        let other = world.otherProcess()
        try await world.place.execute(
            """
            UPDATE session SET refresh_token = (SELECT refresh_token FROM session WHERE user_agent = 'victim'),
                id_token = refresh_token WHERE user_agent = 'thief'
            """)
        let session = try #require(try await other.session(thief.key))
        #expect(other.refreshToken(of: session) == nil && other.idToken(of: session) == nil)
    }

    @Test(
        "rows with impossible values harm neither reading nor following, ending and sweeping",
        arguments: [
            "key = \(TestSQL.blob([]))", "key = \(TestSQL.zeros(100_000))", "created_at = -9223372036854775808",
            "created_at = 9223372036854775807", "used_at = 9223372036854775807", "used_at = -9223372036854775808",
            "renewed_at = 9223372036854775807", "changed_at = 9223372036854775807", "ended_at = -9223372036854775808",
            "id = ''", "subject = ''", "user_agent = '\u{1}'",
            // PostgreSQL has no text with a NUL.
        ] + (StorePlace.isPostgreSQL ? [] : ["user_agent = char(0)"]))
    func tampered(_ change: String) async throws {
        let session = try await world.begin(session: "sid")
        let other = try await world.begin("vic")
        try await world.place.execute("UPDATE session SET \(change) WHERE subject = 'carla'")
        let store = world.otherProcess()
        _ = try await store.session(session.key)?.standing(under: SessionWorld.lifetimes, at: world.clock.now)
        _ = try await store.sessions(of: world.identity(), under: SessionWorld.lifetimes)
        world.place.database.poll { store.takeUp($0) }
        _ = try await store.end(by: world.notice(session: "sid"))
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await store.session(other.key) != nil)
    }

    @Test("sessions that another process ended or renewed leave the cache, and the others stay in it")
    func follows() async throws {
        let (ended, renewed, kept) = (
            try await world.begin(), try await world.begin("vic"), try await world.begin("sam")
        )
        let other = world.otherProcess()
        try await other.end(ended.key)
        let twin = try #require(try await other.session(renewed.key))
        _ = try await other.renew(twin, with: nil, refreshToken: "next")
        #expect(world.store.cached(ended.key) != nil)
        world.place.database.poll { world.store.takeUp($0) }
        #expect(world.store.cached(ended.key) == nil && world.store.cached(renewed.key) == nil)
        #expect(world.store.cached(kept.key) === kept)
        #expect(try await world.store.session(renewed.key)?.version == 2)
    }

    @Test("changes are followed after the clock was set back too")
    func followsClock() async throws {
        let session = try await world.begin()
        world.place.database.poll { world.store.takeUp($0) }
        world.clock.setCalendar(ahead: .seconds(-7200))
        try await world.otherProcess().end(session.key)
        world.place.database.poll { world.store.takeUp($0) }
        #expect(world.store.cached(session.key) == nil)
    }

    @Test("a cache that is full forgets sessions, which are found in the store")
    func boundedCache() async throws {
        let small = try SessionWorld(capacity: 32)
        var keys: [SessionKey] = []
        for number in 0..<200 { keys.append(try await small.begin("u\(number)").key) }
        #expect(keys.count { small.store.cached($0) != nil } < 100)
        for key in keys { #expect(try await small.store.session(key) != nil) }
    }

    @Test("the stores keep what every store keeps")
    func conformance() async throws {
        let world = world
        try await StoreConformance(
            schemas: SessionWorld.schemas, listed: ["5", "4", "3", "2", "1"],
            damage: [
                "claims = \(TestSQL.blob([0]))", "version = 0", "created_at = -9223372036854775808",
                "key = \(TestSQL.blob([]))", "id = ''",
            ].map {
                "UPDATE session SET \($0) WHERE user_agent = '3'"
            },
            open: { database in
                SessionStore(database: database, sealingWith: world.box, now: { ManualClock.start + .seconds(10) })
            },
            write: { store, number in
                let earlier = SessionStore(
                    database: store.database, sealingWith: world.box,
                    now: { ManualClock.start + .seconds(Int64(number)) })
                _ = try await earlier.begin(world.new(agent: "\(number)"), replacing: nil).get()
            },
            read: { store in
                store.takeUp(.all)
                return try await store.sessions(of: world.identity(), under: SessionWorld.lifetimes).map(\.userAgent)
            },
            refuse: { store in
                do {
                    let prepared = try store.prepare(world.new(), replacing: nil)
                    let result: Result<Void, ProviderSessionEndedRefusal> = try await store.database.decide {
                        transaction throws(DatabaseError) in
                        if let refusal = try store.insert(prepared, transaction) { return .refuse(refusal) }
                        throw DatabaseError(.failed, cause: "test")
                    }
                    Issue.record("\(result)")
                    return false
                } catch is DatabaseError { return true }
            }
        ).verify()
    }
}

@Suite("The secret of a session")
struct SessionTokenTests {
    @Test("gives forms a token that neither reveals it nor fits another session")
    func formTokens() throws {
        let (token, other) = (try SessionToken.make(), try SessionToken.make())
        let form = try token.formToken
        #expect(token.isFormToken(form) && !other.isFormToken(form))
        #expect(form != token.text && SessionToken(form).map { $0.text != token.text } ?? true)
        for text in ["", form + "=", String(form.dropLast()), form.lowercased() + "x"] {
            #expect(!token.isFormToken(text))
        }
    }
}
