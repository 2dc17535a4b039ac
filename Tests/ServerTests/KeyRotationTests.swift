import Addresses
import DemoProvider
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import OpenID
import RuntimeConfiguration
import SignInFlow
import Snapshots
import Synchronization
import Testing
import Time
import Tokens

@testable import Server

@Suite("Bearer tokens during a change of the provider's keys")
struct KeyRotationTests {
    private let me = "/api/v1/me"

    /// The provider publishes its key under another `kid`, or another key under its `kid`, until `behave()` is called.
    private func world(publishing old: (from: String, to: String) = ("\"kid\":\"k\"", "\"kid\":\"old\"")) async throws
        -> GatewayWorld
    {
        let world = try GatewayWorld(SettingsText(providerSettings: ", \"audiences\": [\"api\"]"))
        world.outbound.rewrite("/jwks", (old.from, old.to))
        await world.remote?.refreshAhead()
        return world
    }

    private func token(_ world: GatewayWorld) throws -> String {
        let now = world.clock.now.seconds
        let claims =
            "{\"iss\":\"\(SettingsText.issuer)\",\"sub\":\"carla\",\"aud\":\"api\",\"iat\":\(now),\"exp\":\(now + 600)}"
        return try world.provider.sign(Array(claims.utf8))
    }

    /// A token whose `kid` is not published.
    private func madeUp(_ world: GatewayWorld) throws -> String {
        let parts = try token(world).split(separator: ".")
        return "eyJhbGciOiJFUzI1NiIsImtpZCI6Im1hZGUgdXAifQ.\(parts[1]).\(parts[2])"
    }

    private func status(_ world: GatewayWorld, _ token: String, from peer: String = "192.0.2.1") async throws -> Int {
        try await world.send("GET", me, token: token, from: peer).status
    }

    @Test("forty tokens of a new key share one fetch and are all accepted")
    func joins() async throws {
        let world = try await world()
        let token = try token(world)
        world.outbound.behave()
        world.outbound.fallSilent("/jwks")
        async let first = status(world, token)
        await world.outbound.asked("/jwks", times: 2)
        let told = AsyncStream<Void>.makeStream()
        async let others = withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<39 {
                group.addTask { [me] in
                    try await world.send("GET", me, token: token) {
                        told.continuation.yield()
                    }.status
                }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        // Each of them was checked while the fetch was in progress.
        var looks = told.stream.makeAsyncIterator()
        for _ in 0..<39 { await looks.next() }
        world.outbound.speak()
        #expect(try await first == 200)
        #expect(try await others == [200: 39])
        #expect(world.outbound.count("/jwks") == 2)
    }

    @Test(
        "unknown key ids from one address do not delay a key change seen from another",
        arguments: [
            ("198.51.100.7", "198.51.100.7"), ("2001:db8::1", "2001:db8::ffff:1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ])
    func onePlace(attacker: String, again: String) async throws {
        let world = try await world()
        #expect(try await status(world, try madeUp(world), from: attacker) == 401)
        #expect(world.outbound.count("/jwks") == 2)
        for _ in 0..<5 { #expect(try await status(world, try madeUp(world), from: again) == 401) }
        #expect(world.outbound.count("/jwks") == 2)
        world.outbound.behave()
        #expect(try await status(world, try token(world), from: "192.0.2.1") == 200)
        #expect(world.outbound.count("/jwks") == 3)
        // The limit per address recovers after half a minute.
        world.clock.advance(.seconds(31))
        #expect(try await status(world, try madeUp(world), from: attacker) == 401)
        #expect(world.outbound.count("/jwks") == 4)
    }

    @Test("unknown key ids from a hundred networks cause four fetches, then one every ten seconds")
    func manyPlaces() async throws {
        let world = try await world()
        for place in 0..<100 { _ = try await status(world, try madeUp(world), from: "198.51.100.\(place)") }
        #expect(world.outbound.count("/jwks") == 5)
        world.clock.advance(.seconds(10))
        for place in 100..<200 { _ = try await status(world, try madeUp(world), from: "198.51.100.\(place)") }
        #expect(world.outbound.count("/jwks") == 6)
        // A /48 may cause two fetches, however many networks it has.
        world.clock.advance(.seconds(60))
        for place in 0..<9 { _ = try await status(world, try madeUp(world), from: "2001:db8:7:\(place)::1") }
        #expect(world.outbound.count("/jwks") == 8)
    }

    @Test(
        "a key replaced under its kid, or without one, is fetched, and forgeries cause few fetches",
        arguments: ["k", nil])
    func replaced(name: String?) async throws {
        let world = try await world()
        let published = try #require(world.remote?.keys?.keys.count)
        #expect(published == 1)
        let forged =
            try token(world).split(separator: ".").dropLast().joined(separator: ".") + "."
            + String(repeating: "A", count: 85) + "Q"
        let other = try GatewayWorld()
        let old = other.provider.answer(
            .get, Target(path: "/jwks", query: nil), field: { _ in nil }, body: [], at: world.clock.now)
        guard case .bytes(let bytes) = old.body else { return }
        let kid = name.map { "\"kid\":\"\($0)\"" } ?? "\"note\":\"\""
        world.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks" else { return response }
            let text = String(decoding: bytes, as: UTF8.self).replacing("\"kid\":\"k\"", with: kid)
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        world.clock.advance(.seconds(4000))
        await world.remote?.refreshAhead()
        #expect(world.outbound.count("/jwks") == 2)
        for _ in 0..<5 { #expect(try await status(world, forged, from: "198.51.100.7") == 401) }
        #expect(world.outbound.count("/jwks") == 3)
        world.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks", name == nil else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing("\"kid\":\"k\",", with: "")
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        #expect(try await status(world, try token(world)) == 200)
        #expect(world.outbound.count("/jwks") == 4)
    }

    @Test("an explanation of a token also fetches the provider's new keys")
    func explained() async throws {
        let world = try await world()
        world.outbound.behave()
        let manager = try await world.browser("carla")
        world.outbound.rewrite("/jwks", ("\"kid\":\"k\"", "\"kid\":\"made up\""))
        let body = "{\"token\":\"\(try madeUp(world))\"}"
        let answer = try await manager.call("POST", "/api/v1/organizations/acme/claim-mappings/explain", body)
        // The key is known now, and the signature belongs to another token.
        #expect(answer.body.contains("signature_invalid"), "\(answer.body)")
    }

    @Test("a token waits five seconds for a silent provider, the next ones do not, and valid ones never do")
    func silence() async throws {
        let world = try await world(publishing: ("", ""))
        let good = try token(world)
        world.outbound.fallSilent("/jwks")
        let (peer, made) = ("198.51.100.7", try madeUp(world))
        async let waiting = status(world, made, from: peer)
        await world.outbound.asked("/jwks", times: 2)
        #expect(try await status(world, good, from: peer) == 200)
        await world.clock.sleeping(1)
        world.clock.advance(.seconds(5))
        #expect(try await waiting == 401)
        #expect(try await status(world, made, from: "192.0.2.9") == 401)
        #expect(try await status(world, good, from: peer) == 200)
        world.outbound.speak()
        await world.remote?.refreshIfNeeded()
        #expect(world.outbound.count("/jwks") == 2)
        // The fetch itself ends after five seconds without a response.
        #expect(world.outbound.last("/jwks")?.limits.head == .seconds(5))
    }

    @Test("a token whose keys arrive after the store fell silent is not accepted")
    func storeSilence() async throws {
        let world = try await world()
        world.outbound.behave()
        world.outbound.fallSilent("/jwks")
        let token = try token(world)
        async let answer = world.get(me, token: token)
        await world.outbound.asked("/jwks", times: 2)
        world.silenceStore()
        world.outbound.speak()
        #expect(try await answer.status == 503)
    }

    @Test("one address holds a limited number of the places for tokens that wait for a fetch")
    func bounded() async throws {
        let world = try await world()
        let remote = try #require(world.remote)
        let (one, other) = (KeyAsker.client(ClientPrefix("198.51.100.7")), KeyAsker.client(ClientPrefix("192.0.2.1")))
        let version = remote.reading.version
        world.outbound.fallSilent("/jwks")
        await withTaskGroup { group in
            for _ in 0..<512 { group.addTask { await remote.learnKeys(for: one, beyond: version) } }
            while remote.canLearnKeys(for: one, beyond: version) { await Task.yield() }
            #expect(remote.canLearnKeys(for: other, beyond: version))
            // Returns although the provider does not answer.
            await remote.learnKeys(for: one, beyond: version)
            world.outbound.speak()
        }
        #expect(world.outbound.count("/jwks") == 2)
    }
}
