import Audit
import Cryptography
import Databases
import GatehouseTesting
import Identities
import Testing
import Time
import Tokens

@testable import Sessions

@Suite("The store of sessions")
struct SessionStoreTests {
    private let world: SessionWorld
    private var store: SessionStore { world.store }

    init() throws { world = try SessionWorld() }

    // MARK: Beginning

    @Test("a session is found by its key alone, in this process and in another, with its sealed tokens")
    func begins() async throws {
        let new = try world.new(session: "sid")
        let session = try await store.begin(new, replacing: nil).get()
        #expect(try session.key == new.token.key)
        for store in [store, world.otherProcess()] {
            let found = try #require(try await store.session(session.key))
            #expect(found.id == session.id && found.claims.identity == world.identity())
            #expect(found.providerSession == "sid" && found.version == 1 && found.createdAt == world.clock.now)
            #expect(store.refreshToken(of: found) == "refresh" && store.idToken(of: found) == "id token of carla")
            #expect(try await store.session(SessionToken.make().key) == nil)
        }
        // Neither the secret nor anything that signs in is stored in the clear.
        let content = try await world.place.content().joined()
        for secret in ["refresh", "id token", new.token.text] {
            #expect(!content.contains(secret))
            #expect(!content.contains(Array(secret.utf8).map { String($0, radix: 16, uppercase: true) }.joined()))
        }
    }

    @Test("a new session of a browser ends the previous one, and erases its secrets")
    func replaces() async throws {
        let old = try await world.begin()
        let new = try await world.begin("vic", replacing: old.key)
        #expect(store.cached(old.key) == nil && store.cached(new.key) != nil)
        #expect(try await store.session(old.key) == nil)
        #expect(
            try await world.place.count(
                """
                session WHERE ended_at IS NOT NULL AND claims = \(TestSQL.blob([])) AND refresh_token IS NULL
                    AND id_token IS NULL
                """)
                == 1)
    }

    @Test("without a sealing key no session begins, and nothing is stored")
    func notSealed() async throws {
        store.seal(with: nil)
        let result = try await store.begin(world.new(), replacing: nil)
        guard case .failure(.notSealed) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(try await world.place.count("session") == 0)
    }

    @Test("a failure beside the new session leaves no session, no audit event, and the old session as it was")
    func rollsBack() async throws {
        let old = try await world.begin()
        let before = try await world.place.content()
        let new = try world.new("vic")
        let (store, prepared) = (store, try store.prepare(new, replacing: old.key))
        await #expect(throws: DatabaseError.self) {
            let result: Result<Void, ProviderSessionEndedRefusal> = try await store.database.decide {
                transaction throws(DatabaseError) in
                if let refusal = try store.insert(prepared, transaction) { return .refuse(refusal) }
                try AuditLog.append(AuditRecord(.signIn, by: .system), at: store.now(), transaction)
                throw DatabaseError(.failed, cause: "test")
            }
            Issue.record("\(result)")
        }
        #expect(try await world.place.content() == before)
        #expect(try store.cached(new.token.key) == nil && store.cached(old.key) != nil)
    }

    @Test("a long user agent is cut to 200 scalars, and not within one")
    func userAgent() async throws {
        try await world.begin(agent: String(repeating: "e\u{301}", count: 150))
        let listed = try await store.sessions(of: world.identity(), under: SessionWorld.lifetimes)
        #expect(listed.map(\.userAgent.unicodeScalars.count) == [200])
    }

    // MARK: Age

    @Test(
        "a session's state depends on its age, its use and its claims",
        arguments: [
            (true, 0, 0, 0, .good), (true, 899, 899, 0, .good), (true, 900, 900, 0, .renewalDue),
            (true, 900, 900, 900, .good), (true, 3599, 0, 3599, .good), (true, 3600, 0, 3600, .ended),
            (true, 28_799, 28_799, 28_799, .good), (true, 28_800, 28_800, 28_800, .ended),
            (false, 900, 900, 0, .good), (false, 14_399, 14_399, 0, .good), (false, 14_400, 14_400, 0, .claimsTooOld),
            // A session from the future hides its age; the clocks of two processes may differ by a minute.
            (false, -60, -60, -60, .good), (false, -61, 0, 0, .ended), (true, 0, -61, 0, .ended),
            (true, 0, 0, -61, .renewalDue), (false, 0, 0, -61, .claimsTooOld),
        ] as [(Bool, Int64, Int64, Int64, SessionStanding)])
    func standing(isRenewable: Bool, age: Int64, usedAt: Int64, renewedAt: Int64, expected: SessionStanding) throws {
        let now = world.clock.now
        // `age` is the time since the beginning; the other two are times after it.
        let created = now - .seconds(age)
        func moment(_ seconds: Int64) -> Timestamp {
            seconds < 0 ? now - .seconds(seconds) : created + .seconds(seconds)
        }
        let session = Session(
            key: try SessionToken.make().key, id: "s", claims: try world.claims(), providerSession: nil,
            refreshToken: isRenewable ? [1] : nil, idToken: nil, createdAt: created,
            renewedAt: moment(renewedAt), usedAt: moment(usedAt), version: 1, zone: nil)
        #expect(session.standing(under: SessionWorld.lifetimes, at: now) == expected)
    }

    @Test("a use is written once a minute, and never sets the time back")
    func uses() async throws {
        let session = try await world.begin()
        func written() async throws -> Int {
            try await world.settle()
            return try await world.place.count("session WHERE used_at = \(ManualClock.start.seconds + 60)")
        }
        let start = world.clock.now
        store.noteUse(of: session, under: SessionWorld.lifetimes, at: start + .seconds(59))
        #expect(session.usedAt == start + .seconds(59))
        #expect(try await written() == 0)
        store.noteUse(of: session, under: SessionWorld.lifetimes, at: start + .seconds(60))
        #expect(try await written() == 1)
        // An older use of another process, and one less than a minute later.
        store.noteUse(of: session, under: SessionWorld.lifetimes, at: start + .seconds(30))
        store.noteUse(of: session, under: SessionWorld.lifetimes, at: start + .seconds(119))
        #expect(try await written() == 1)
        #expect(session.usedAt == start + .seconds(119))
    }

    @Test("a session that may be idle for ten seconds only has its uses written each second")
    func usesOfShortSessions() async throws {
        let session = try await world.begin()
        var lifetimes = SessionWorld.lifetimes
        lifetimes.idle = .seconds(10)
        store.noteUse(of: session, under: lifetimes, at: world.clock.now + .seconds(1))
        try await world.settle()
        #expect(try await world.place.count("session WHERE used_at = \(ManualClock.start.seconds + 1)") == 1)
    }

    @Test("a session that another process used, renewed or ended is read anew, and ends by the store's time of use")
    func elsewhere() async throws {
        let session = try await world.begin()
        try await world.place.execute("UPDATE session SET used_at = used_at + 50, version = version + 1")
        #expect(try await store.session(session.key)?.version == 1)
        let read = try #require(try await store.sessionRead(anew: session.key))
        #expect(read.version == 2 && read.usedAt == session.usedAt + .seconds(50))
        #expect(store.cached(session.key)?.version == 2)
        // This process read the session before another one used it.
        store.endInBackground(session.key, unlessUsedAfter: session.usedAt)
        try await world.settle()
        #expect(try await store.session(session.key) != nil)
        store.endInBackground(session.key, unlessUsedAfter: read.usedAt)
        try await world.settle()
        #expect(try await store.session(session.key) == nil)
    }

    @Test("a transaction sees a session as current until it is renewed, ends, or is as old as a session may be")
    func current() async throws {
        let session = try await world.begin()
        func isCurrent(_ session: Session, after seconds: Int64 = 0) async throws -> Bool {
            let now = world.clock.now + .seconds(seconds)
            return try await world.place.database.read { transaction throws(DatabaseError) in
                try SessionStore.isCurrent(session, under: SessionWorld.lifetimes, at: now, transaction)
            }
        }
        #expect(try await isCurrent(session, after: 28_799))
        #expect(try await !isCurrent(session, after: 28_800))
        // The claims of the former value no longer decide.
        let renewed = try #require(try await store.renew(session, with: nil, refreshToken: "next"))
        #expect(try await !isCurrent(session))
        #expect(try await isCurrent(renewed))
        try await store.end(session.key)
        #expect(try await !isCurrent(renewed))
    }

    // MARK: Renewal

    @Test("a renewal replaces claims and refresh token; one without claims keeps their age")
    func renews() async throws {
        let session = try await world.begin()
        world.clock.advance(.seconds(1000))
        let claims = try world.claims(session: "later")
        let renewed = try #require(try await store.renew(session, with: claims, refreshToken: "next"))
        #expect(renewed.version == 2 && renewed.renewedAt == world.clock.now && renewed.createdAt == session.createdAt)
        world.clock.advance(.seconds(1000))
        let kept = try #require(try await store.renew(renewed, with: nil, refreshToken: nil))
        #expect(kept.version == 3 && kept.renewedAt == renewed.renewedAt)
        for store in [store, world.otherProcess()] {
            let found = try #require(try await store.session(session.key))
            #expect(found.version == 3 && found.claims.providerSession == "later")
            #expect(store.refreshToken(of: found) == "next" && store.idToken(of: found) == "id token of carla")
        }
    }

    @Test("a session that ended during its renewal is not revived")
    func endedMeanwhile() async throws {
        let session = try await world.begin()
        try await world.otherProcess().end(session.key)
        #expect(try await store.renew(session, with: world.claims(), refreshToken: "next") == nil)
        #expect(try await world.place.count("session WHERE ended_at IS NULL OR refresh_token IS NOT NULL") == 0)
    }

    @Test("a renewal does not replace that of another process")
    func renewedMeanwhile() async throws {
        let session = try await world.begin()
        _ = try #require(try await world.otherProcess().renew(session, with: nil, refreshToken: "theirs"))
        #expect(try await store.renew(session, with: world.claims(), refreshToken: "ours") == nil)
        let found = try #require(try await world.otherProcess().session(session.key))
        #expect(found.version == 2 && store.refreshToken(of: found) == "theirs")
    }

    @Test("an older version of a session never takes the place of a renewed one in the cache")
    func cacheKeepsNewest() async throws {
        let session = try await world.begin()
        let renewed = try #require(try await store.renew(session, with: nil, refreshToken: "next"))
        store.keep(session, sealedWith: try #require(store.currentKeys()))
        #expect(store.cached(session.key) === renewed)
    }

    // MARK: Ending

    @Test("a session is ended by its id by its owner alone, and once")
    func endsByID() async throws {
        let (mine, other) = (try await world.begin(), try await world.begin("vic"))
        let record = AuditRecord(.sessionEnd, by: .system)
        #expect(try await !store.end(id: mine.id, of: world.identity("vic"), recording: [record]))
        #expect(try await store.end(id: mine.id, of: world.identity(), recording: [record]))
        #expect(try await !store.end(id: mine.id, of: world.identity(), recording: [record]))
        #expect(try await store.session(mine.key) == nil)
        #expect(try await store.session(other.key) != nil)
        #expect(try await world.place.count("audit_event") == 1)
    }

    @Test("all other sessions of a user end, however many there are, with one event")
    func endsOthers() async throws {
        let own = try await world.begin()
        var others: [Session] = []
        for _ in 0..<120 { others.append(try await world.begin()) }
        let stranger = try await world.begin("vic")
        let record = AuditRecord(.sessionEnd, by: .system)
        for _ in 1...2 { try await store.endOthers(than: own.id, of: world.identity(), recording: [record]) }
        for session in [own, stranger] { #expect(try await store.session(session.key) != nil) }
        for session in others { #expect(try await store.session(session.key) == nil) }
        #expect(try await world.place.count("audit_event") == 1)
    }

    @Test("all sessions of a user end, of that user alone, unless the transaction refuses")
    func endsAll() async throws {
        struct EndingRefusal: Error, Equatable {}
        let mine = [try await world.begin(), try await world.begin(), try await world.begin(session: "s")]
        // The names of these two users look the same.
        let (composed, other) = (try await world.begin("\u{E9}"), try await world.begin("e\u{301}"))
        let record = AuditRecord(.sessionEnd, by: .system)
        func endAll(of owner: Identity, refusing: Bool) async throws -> Result<Void, EndingRefusal> {
            let moment = world.clock.now
            return try await world.place.database.decide {
                [store] transaction throws(DatabaseError) -> WriteOutcome<Void, EndingRefusal> in
                let ended = try store.endAll(of: owner, recording: [record], at: moment, transaction)
                return refusing ? .refuse(EndingRefusal()) : .commit((), publish: { ended.publish() })
            }
        }
        let refused = try await endAll(of: world.identity(), refusing: true)
        guard case .failure(EndingRefusal()) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(try await store.session(mine[0].key) != nil)
        #expect(try await world.place.count("audit_event") == 0)
        for owner in ["carla", "\u{E9}"] {
            try await endAll(of: world.identity(owner), refusing: false).get()
        }
        for session in mine + [composed] { #expect(try await store.session(session.key) == nil) }
        #expect(try await store.session(other.key) != nil)
    }

    @Test("a session that is ended in the background is gone from the cache at once, and then from the store")
    func endsInBackground() async throws {
        let session = try await world.begin()
        store.endInBackground(session.key)
        #expect(store.cached(session.key) == nil)
        try await world.settle()
        #expect(try await world.place.count("session WHERE ended_at IS NULL") == 0)
    }

    @Test(
        "a logout token ends the sessions it names, of its issuer alone, and works once",
        arguments: [
            (nil, "s1", ["s2", "foreign"]), ("carla", nil, ["foreign"]), ("carla", "s1", ["s2", "foreign"]),
            ("vic", "s1", ["s1", "s2", "foreign"]),
        ] as [(String?, String?, [String])])
    func logoutToken(subject: String?, session: String?, remaining: [String]) async throws {
        let sessions = [
            try await world.begin(session: "s1", agent: "s1"), try await world.begin(session: "s2", agent: "s2"),
            try await world.begin(session: "s1", issuer: "https://other.example", agent: "foreign"),
        ]
        let notice = try world.notice(subject: subject, session: session)
        #expect(try await store.end(by: notice) == 3 - remaining.count)
        #expect(try await store.end(by: notice) == nil)
        var left: [String] = []
        for (session, name) in zip(sessions, ["s1", "s2", "foreign"])
        where try await store.session(session.key) != nil { left.append(name) }
        #expect(left == remaining)
        #expect(try await world.place.count("audit_event") == 1)
        // The token id counts by its issuer.
        let other = try world.notice(session: "s1", issuer: "https://other.example")
        #expect(try await store.end(by: other) == 1)
    }

    @Test("an ended session of the provider begins no session for ten minutes, at its issuer alone")
    func refusedProviderSession() async throws {
        _ = try await store.end(by: world.notice(session: "s1"))
        func begins(_ session: String?, _ issuer: String? = nil) async throws -> Bool {
            if case .success = try await store.begin(world.new(session: session, issuer: issuer), replacing: nil) {
                return true
            }
            return false
        }
        #expect(try await !begins("s1"))
        #expect(try await begins("s2"))
        #expect(try await begins("S1"))
        #expect(try await begins(nil))
        #expect(try await begins("s1", "https://other.example"))
        world.clock.advance(.seconds(599))
        #expect(try await !begins("s1"))
        world.clock.advance(.seconds(1))
        #expect(try await begins("s1"))
    }

    @Test("the state of a sign-in is taken once, by one of several at the same time")
    func takesState() async throws {
        let until = world.clock.now + .seconds(60)
        let store = store
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await store.takeState("state", until: until) } }
            return try await group.reduce(into: 0) { count, isTaken in count += isTaken ? 1 : 0 }
        }
        #expect(taken == 1)
        #expect(try await store.takeState("State", until: until))
    }

    // MARK: Lists

    @Test("a user's list has the live sessions, newest first, and at most a hundred")
    func lists() async throws {
        let idle = try await world.begin(agent: "idle")
        world.clock.advance(.seconds(3000))
        try await world.begin(agent: "older")
        world.clock.advance(.seconds(1000))
        let ended = try await world.begin(agent: "ended")
        try await store.end(ended.key)
        try await world.begin(agent: "newer")
        try await world.begin("vic")
        func agents() async throws -> [String] {
            try await store.sessions(of: world.identity(), under: SessionWorld.lifetimes).map(\.userAgent)
        }
        #expect(try await agents() == ["newer", "older"])
        #expect(try await store.countActive(under: SessionWorld.lifetimes) == 3)
        store.noteUse(of: idle, under: SessionWorld.lifetimes, at: world.clock.now)
        try await world.settle()
        #expect(try await agents() == ["newer", "older", "idle"])
        // Rows of a clock that was ahead are not shown; a difference of a minute is no fault.
        try await world.place.execute("UPDATE session SET created_at = created_at + 61 WHERE user_agent = 'newer'")
        try await world.place.execute("UPDATE session SET used_at = used_at + 1060 WHERE user_agent = 'older'")
        #expect(try await agents() == ["older", "idle"])
        for _ in 0..<120 { try await world.begin("many") }
        #expect(try await store.sessions(of: world.identity("many"), under: SessionWorld.lifetimes).count == 100)
    }

    @Test("the sweep deletes what is over, in slices, and nothing else")
    func sweeps() async throws {
        for _ in 0..<450 { try await world.begin("old") }
        _ = try await store.end(by: world.notice(session: "gone"))
        #expect(try await store.takeState("early", until: world.clock.now + .seconds(60)))
        world.clock.advance(.seconds(3600 + 600))
        let kept = try await world.begin()
        let ended = try await world.begin()
        try await store.end(ended.key)
        #expect(try await store.takeState("late", until: world.clock.now + .seconds(60)))
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        // The sessions are idle for exactly as long as they are kept.
        #expect(try await world.place.count("session") == 452)
        world.clock.advance(.seconds(1))
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await world.place.count("session") == 2)
        #expect(try await world.place.count("used_once") == 1)
        #expect(try await world.place.count("ended_provider_session") == 0)
        world.clock.advance(.seconds(601))
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await store.session(kept.key) != nil)
        #expect(try await world.place.count("session WHERE ended_at IS NOT NULL") == 0)
        // A row of a clock that was ahead would otherwise stay for years.
        try await world.place.execute("UPDATE session SET used_at = used_at + 1000000")
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await world.place.count("session") == 0)
    }
}
