import GatehouseTesting
import Grants
import Identities
import JSON
import Policy
import Sessions
import Testing
import Time
import Tokens

@testable import SignInFlow

@Suite("The renewal of sessions", .timeLimit(.minutes(2)))
struct SessionRenewalsTests {
    private func world() throws -> FlowWorld { try FlowWorld { $0.isRenewable = true } }

    /// Waits for the renewal of a session, as a request does.
    @discardableResult
    private func renew(_ session: Session, in world: FlowWorld) async throws -> Advice {
        let advice = world.beginRenewal(of: session)
        if case .wait(let wait) = advice { await wait() }
        return Advice(advice)
    }

    /// Begins a renewal while the provider is silent, and returns the request that waits for it.
    private func waiting(_ session: Session, in world: FlowWorld) async -> Task<Advice, any Error> {
        world.outbound.fallSilent("/token")
        let asked = world.outbound.count("/token")
        let request = Task { try await renew(session, in: world) }
        await world.outbound.asked("/token", times: asked + 1)
        return request
    }

    /// The session of a user, which has just become due.
    private func due(_ world: FlowWorld, _ person: String = "carla") async throws -> (FlowBrowser, Session) {
        let browser = try await world.browser(person)
        let session = try #require(try await browser.session)
        world.clock.advance(.seconds(900))
        #expect(world.configuration.standing(of: session, at: world.clock.now) == .renewalDue)
        return (browser, session)
    }

    // MARK: Answers of the provider

    @Test("a due session is renewed with new claims and the next refresh token, while the request waits")
    func renewed() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.reissue(["groups": "[\"viewers\"]"])
        #expect(try await renew(session, in: world) == .wait)
        let renewed = try #require(try await browser.session)
        #expect(renewed.version == 2 && renewed.renewedAt == world.clock.now)
        #expect(renewed.claims.payload.member("groups")?.text == "[\"viewers\"]")
        #expect(world.sessions.refreshToken(of: renewed) != world.sessions.refreshToken(of: session))
        #expect(world.configuration.standing(of: renewed, at: world.clock.now) == .good)
        // Another process reads the same.
        world.sessions.seal(with: world.configuration.box)
        #expect(try await browser.session?.version == 2)
    }

    @Test("a renewal asks userinfo for a claim that a rule addresses, if the rule was added since the sign-in")
    func newRule() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.respond("/userinfo", 200, #"{"sub":"carla","team":"soc"}"#)
        try await world.addRule(for: "team")
        #expect(world.outbound.count("/userinfo") == 0)
        try await renew(session, in: world)
        #expect(world.outbound.count("/userinfo") == 1)
        #expect(try await browser.session?.claims.payload.member("team")?.string == "soc")
    }

    @Test("several requests share one renewal")
    func shared() async throws {
        let world = try world()
        let (_, session) = try await due(world)
        let first = await waiting(session, in: world)
        let second = Task { try await renew(session, in: world) }
        world.outbound.speak()
        #expect(try await first.value == .wait)
        _ = try await second.value
        await world.renewals.settled()
        #expect(world.outbound.count("/token") == 2)
    }

    @Test("a session that the provider refuses to renew ends, with a record")
    func refused() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.respond("/token", 400, #"{"error":"invalid_grant"}"#)
        try await renew(session, in: world)
        #expect(try await browser.session == nil)
        #expect(try await world.events().last == "session_end success provider_refused -")
        #expect(await world.recorded.all().contains("a session ended at its provider"))
    }

    @Test("a renewal that brings another user ends the session")
    func otherUser() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.reissue(["sub": "\"vic\""])
        try await renew(session, in: world)
        #expect(try await browser.session == nil)
    }

    // MARK: Failures

    @Test("while the provider is down, the last claims are used until the session itself ends")
    func outage() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.cutOff("/token")
        try await renew(session, in: world)
        for _ in 0..<22 {
            world.clock.advance(.seconds(3600))
            // The provider is asked again, in vain.
            try await renew(session, in: world)
            #expect(try await renew(session, in: world) == .useAsIs)
            world.sessions.noteUse(of: session, under: FlowWorld.lifetimes, at: world.clock.now)
            #expect(world.configuration.standing(of: session, at: world.clock.now) == .renewalDue)
        }
        #expect(try await browser.session?.version == 1)
        world.clock.advance(.seconds(3600 + 2700))
        #expect(world.configuration.standing(of: session, at: world.clock.now) == .ended)
    }

    @Test("a failed renewal is tried again after thirty seconds, and not before")
    func pause() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.cutOff("/token")
        try await renew(session, in: world)
        world.outbound.cutOff()
        world.clock.advance(.seconds(29))
        #expect(try await renew(session, in: world) == .useAsIs)
        await world.renewals.settled()
        #expect(world.outbound.count("/token") == 2)
        world.clock.advance(.seconds(1))
        // The provider was out, so the request does not wait.
        #expect(try await renew(session, in: world) == .useAsIs)
        await world.renewals.settled()
        #expect(world.outbound.count("/token") == 3)
        #expect(try await browser.session?.version == 2)
    }

    @Test("if the provider answers without renewing, claims that are too old lead to a sign-in")
    func notRenewed() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        world.outbound.respond("/token", 401, #"{"error":"invalid_client"}"#)
        try await renew(session, in: world)
        #expect(try await renew(session, in: world) == .useAsIs)
        world.clock.advance(.seconds(2699))
        try await renew(session, in: world)
        #expect(try await renew(session, in: world) == .useAsIs)
        world.clock.advance(.seconds(1))
        #expect(try await renew(session, in: world) == .signInAgain)
        #expect(try await browser.session != nil)
        #expect(await world.recorded.all().contains("a session could not be renewed"))
    }

    @Test("a silent provider delays a request by two seconds, and no further request waits for it")
    func silence() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        let other = try #require(try await world.browser("vic").session)
        let waiting = await waiting(session, in: world)
        await world.clock.sleeping(1)
        world.clock.advance(.seconds(2))
        #expect(try await waiting.value == .wait)
        #expect(try await renew(session, in: world) == .useAsIs)
        // The other session's renewal begins, but its request does not wait.
        #expect(try await renew(other, in: world) == .useAsIs)
        world.outbound.speak()
        await world.renewals.settled()
        #expect(try await browser.session?.version == 2)
    }

    // MARK: Changes meanwhile

    @Test("a session that ended or was renewed meanwhile is not renewed")
    func changed() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        try await renew(session, in: world)
        #expect(world.outbound.count("/token") == 2)
        // This is the session before its renewal.
        try await renew(session, in: world)
        let renewed = try #require(try await browser.session)
        try await world.sessions.end(renewed.key)
        try await renew(renewed, in: world)
        #expect(world.outbound.count("/token") == 2)
    }

    @Test("a session that ends while its provider is asked stays ended")
    func endedMeanwhile() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        let waiting = await waiting(session, in: world)
        try await world.sessions.end(session.key)
        world.outbound.speak()
        _ = try await waiting.value
        #expect(try await browser.session == nil)
        #expect(try await world.place.count("session WHERE ended_at IS NULL") == 0)
    }

    @Test("a session that another process renews while the provider is asked keeps that renewal")
    func renewedMeanwhile() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        let waiting = await waiting(session, in: world)
        _ = try #require(try await world.sessions.renew(session, with: nil, refreshToken: "theirs"))
        world.outbound.speak()
        _ = try await waiting.value
        await world.renewals.settled()
        let kept = try #require(try await browser.session)
        #expect(kept.version == 2 && world.sessions.refreshToken(of: kept) == "theirs")
    }

    /// Renews a due session while the store is broken, which works again before the next attempt to store the result.
    ///
    /// - Parameter pause: the time until that attempt.
    private func renewBesideBrokenStore(
        _ world: FlowWorld, pause: Duration
    ) async throws -> Int? {
        let (browser, session) = try await due(world)
        let waiting = await waiting(session, in: world)
        try await world.place.execute("ALTER TABLE session RENAME TO hidden")
        world.outbound.speak()
        // The request's two seconds, and the pause before the next attempt to store.
        await world.clock.sleeping(2)
        try await world.place.execute("ALTER TABLE hidden RENAME TO session")
        world.clock.advance(pause)
        _ = try await waiting.value
        await world.renewals.settled()
        world.sessions.seal(with: world.configuration.box)
        return try await browser.session?.version
    }

    @Test("a result is not stored after the end of the claim, because another process may renew the session then")
    func endedClaim() async throws {
        let world = try world()
        #expect(try await renewBesideBrokenStore(world, pause: SessionStore.renewalTime) == 1)
        #expect(await world.recorded.all().contains("the store cannot be reached"))
    }

    @Test("a result is stored once the store works again, because it has the only valid refresh token")
    func brokenStore() async throws {
        let world = try world()
        #expect(try await renewBesideBrokenStore(world, pause: .seconds(1)) == 2)
        #expect(world.outbound.count("/token") == 2)
    }

    @Test("a gateway that stops begins no renewal, and stores those in progress")
    func stopping() async throws {
        let world = try world()
        let (browser, session) = try await due(world)
        let other = try #require(try await world.browser("vic").session)
        let waiting = await waiting(session, in: world)
        world.renewals.finishBlocking(within: .zero)
        #expect(try await renew(other, in: world) == .useAsIs)
        world.outbound.speak()
        _ = try await waiting.value
        await world.renewals.settled()
        #expect(world.outbound.count("/token") == 3)
        #expect(try await browser.session?.version == 2)
    }
}

/// The advice of ``SessionRenewals`` by its kind.
private enum Advice {
    case wait, useAsIs, signInAgain

    init(_ advice: SessionRenewals.Advice) {
        switch advice {
        case .wait: self = .wait
        case .useAsIs: self = .useAsIs
        case .signInAgain: self = .signInAgain
        }
    }
}

extension FlowWorld {
    fileprivate func beginRenewal(of session: Session) -> SessionRenewals.Advice {
        guard let party = configuration.party(session.claims.provider) else { return .useAsIs }
        return renewals.beginRenewal(
            of:
                session, at: party, under: FlowWorld.lifetimes, at: clock.now, rules: access.access.state.rules)
    }
}
