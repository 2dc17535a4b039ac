import AccessUseCases
import Databases
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import OpenID
import RuntimeConfiguration
import Sessions
import SignInFlow
import Snapshots
import Synchronization
import Testing
import Threads
import Time

@testable import Server

@Suite("Renewals in the background", .timeLimit(.minutes(2)))
struct RenewalTests {
    private let summary = "/api/v1/organizations/acme/summary"

    private func world() throws -> SignInWorld {
        let world = try SignInWorld()
        let scopes = "\"scopes\": [\"openid\", \"profile\", \"email\", \"groups\""
        try world.reload(rewriting: (scopes, scopes + ", \"offline_access\""))
        return world
    }

    @Test("a silent provider delays a request by two seconds, and its late response is stored")
    func silence() async throws {
        let world = try world()
        let browser = TestBrowser(world)
        try await browser.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.fallSilent("/token")
        let (fields, path) = (browser.cookieField, summary)
        async let waiting = world.send("GET", path, fields: fields).status
        await world.outbound.asked("/token", times: 2)
        await world.clock.sleeping(1)
        world.clock.advance(.seconds(2))
        #expect(try await waiting == 200)
        // The renewal is still in progress, and no further request waits for it.
        #expect(try await browser.fetch("GET", summary).status == 200)
        world.clock.advance(.seconds(40))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 2)
        world.outbound.speak()
        await world.services.renewals.settled()
        // Memory is emptied as by a restart: the late result was stored, and its refresh token works.
        world.services.stores.sessions.seal(with: world.configurations.read().value.signIn.box)
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 3)
        await world.services.renewals.settled()
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("a suspension while a request waits for its renewal is effective for that request and the next one")
    func suspendedDuringRenewal() async throws {
        let world = try world()
        let (manager, viewer) = (TestBrowser(world), TestBrowser(world))
        try await viewer.signIn("vic")
        world.clock.advance(.seconds(901))
        try await manager.signIn("carla")
        #expect(try await manager.fetch("GET", summary).status == 200)
        world.outbound.fallSilent("/token")
        let (fields, path) = (viewer.cookieField, summary)
        let earlier = world.outbound.count("/token")
        async let waiting = world.send("GET", path, fields: fields).status
        await world.outbound.asked("/token", times: earlier + 1)
        await world.clock.sleeping(1)
        let suspension = "/api/v1/organizations/acme/suspensions/\(try world.identity("vic"))"
        let token = try await manager.formToken()
        let suspended = try await world.send(
            "PUT", suspension, fields: manager.cookieField + ["X-CSRF-Token: \(token)"])
        #expect(suspended.status == 200, "\(suspended.body)")
        world.clock.advance(.seconds(2))
        #expect(try await waiting == 404)
        #expect(try await viewer.fetch("GET", summary).status == 404)
        world.outbound.speak()
        await world.services.renewals.settled()
    }

    @Test("a new refresh token is kept even if its response renews no claims")
    func rotatedWithoutRenewal() async throws {
        let world = try world()
        let browser = TestBrowser(world)
        try await browser.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.twist { request, response in
            guard request.url.path == "/token" else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing("\"id_token\"", with: "\"other\"")
            return OutboundResponse(response.status, fields: response.fields, body: Array(text.utf8))
        }
        world.outbound.cutOff("/userinfo")
        #expect(try await browser.fetch("GET", summary).status == 200)
        await world.services.renewals.settled()
        #expect(world.outbound.count("/token") == 2 && world.outbound.count("/userinfo") == 1)
        world.outbound.behave()
        world.outbound.cutOff()
        world.clock.advance(.seconds(301))
        #expect(try await browser.fetch("GET", summary).status == 200)
        await world.services.renewals.settled()
        #expect(world.outbound.count("/token") == 3)
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test("during a known outage of the provider, no request waits")
    func outage() async throws {
        let world = try world()
        let (one, other) = (TestBrowser(world), TestBrowser(world))
        try await one.signIn("carla")
        try await other.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.cutOff("/token")
        #expect(try await one.fetch("GET", summary).status == 200)
        world.outbound.cutOff()
        world.outbound.fallSilent("/token")
        // The provider stays silent, and the clock does not advance.
        #expect(try await other.fetch("GET", summary).status == 200)
        await world.outbound.asked("/token", times: 4)
        world.outbound.speak()
        await world.services.renewals.settled()
        // The provider answered: requests wait again.
        world.clock.advance(.seconds(901))
        let count = world.outbound.count("/token")
        #expect(try await other.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == count + 1)
    }

    @Test("a session that its provider refuses ends and is recorded, even if no request waits")
    func refusal() async throws {
        let world = try world()
        let browser = TestBrowser(world)
        try await browser.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.twist { request, response throws(OutboundError) in
            request.url.path == "/token" ? OutboundResponse(.badRequest) : response
        }
        world.outbound.fallSilent("/token")
        let (fields, path) = (browser.cookieField, summary)
        async let waiting = world.send("GET", path, fields: fields).status
        await world.outbound.asked("/token", times: 2)
        await world.clock.sleeping(1)
        world.clock.advance(.seconds(2))
        #expect(try await waiting == 200)
        world.outbound.speak()
        await world.services.renewals.settled()
        #expect(try await world.send("GET", path, fields: fields).status == 401)
        for what in ["session WHERE ended_at IS NOT NULL", "audit_event WHERE chain = '' AND action = 'session_end'"] {
            let count = try await world.database.read { transaction throws(DatabaseError) in
                try transaction.first("SELECT count(*) FROM \(what)") { row throws(DatabaseError) in row.integer(0) }
            }
            #expect(count == 1, "\(what)")
        }
    }

    @Test("a stopping gateway starts no renewal, waits up to its limit, and stores results until then")
    func ending() async throws {
        let world = try world()
        let (one, other) = (TestBrowser(world), TestBrowser(world))
        try await one.signIn("carla")
        try await other.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.fallSilent("/token")
        let (fields, path) = (one.cookieField, summary)
        async let waiting = world.send("GET", path, fields: fields).status
        await world.outbound.asked("/token", times: 3)
        world.services.renewals.finishBlocking(within: .zero)
        #expect(try await other.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 3)
        world.outbound.speak()
        #expect(try await waiting == 200)
        await world.services.renewals.settled()
        world.clock.advance(.seconds(800))
        #expect(try await one.fetch("GET", summary).status == 200)
        #expect(world.outbound.last("/token")?.limits.whole == .seconds(30))
    }

    @Test("renewals per provider are limited, running and queued, and none starts after the end")
    func bounded() async {
        let queue = RenewalQueue(
            RenewalPlaces(9), limits: .init(atOnce: 2, waiting: 1), patience: .seconds(60), monotonic: { .now() })
        let (started, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await queue.run {
                        started.continuation.yield()
                        for await _ in mayEnd.stream { break }
                        return true
                    }
                }
            }
            var begins = started.stream.makeAsyncIterator()
            for _ in 0..<2 { await begins.next() }
            while !queue.isFull { await Task.yield() }
            #expect(await queue.run { true } == false)
            queue.close()
            #expect(await group.next() == false)
            mayEnd.continuation.finish()
            #expect(await group.next() == true)
            #expect(await group.next() == true)
        }
        #expect(await queue.run { true } == false)
    }

    @Test("a failed provider's queue is released, and it holds few of the shared places")
    func shared() async {
        let places = RenewalPlaces(2)
        let limits = RenewalQueue.Limits(atOnce: 1, waiting: 9, whileOut: 1)
        let queue = RenewalQueue(places, limits: limits, patience: .seconds(60), monotonic: { .now() })
        let other = RenewalQueue(places, limits: limits, patience: .seconds(60), monotonic: { .now() })
        await withTaskGroup(of: Bool.self) { group in
            let (started, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            group.addTask {
                await queue.run {
                    started.continuation.yield()
                    for await _ in mayEnd.stream { break }
                    return false
                }
            }
            for await _ in started.stream { break }
            for _ in 0..<9 { group.addTask { await queue.run { true } } }
            while !queue.isFull { await Task.yield() }
            mayEnd.continuation.finish()
            let done = await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            #expect(done == 1)
        }
        #expect(queue.isProviderOut && !queue.isFull)
        // The place was given back: both can be taken, and no third one.
        #expect(places.take())
        #expect(await other.run { true })
        #expect(places.take())
        #expect(await other.run { true } == false)
    }

    @Test("a failed or hanging attempt marks the provider as out, and its next response clears the mark")
    func contact() async {
        let clock = ManualClock()
        let queue = RenewalQueue(RenewalPlaces(9), patience: .seconds(2), monotonic: clock.clocks.monotonic)
        #expect(!queue.isProviderOut)
        _ = await queue.run { false }
        #expect(queue.isProviderOut)
        _ = await queue.run { nil }
        #expect(queue.isProviderOut)
        _ = await queue.run { true }
        #expect(!queue.isProviderOut)
        _ = await queue.run { false }
        clock.advance(.seconds(300))
        #expect(!queue.isProviderOut)
        _ = await queue.run { true }
        _ = await queue.run {
            clock.advance(.seconds(1))
            #expect(!queue.isProviderOut)
            clock.advance(.seconds(1))
            #expect(queue.isProviderOut)
            return true
        }
        #expect(!queue.isProviderOut)
    }
}
