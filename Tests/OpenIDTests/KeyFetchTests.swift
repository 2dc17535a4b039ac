import Addresses
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import Testing
import Time
import Tokens

@testable import OpenID

@Suite("The keys of a provider")
struct KeyFetchTests {
    private let party: TestParty
    private var remote: RemoteProvider { party.remote }

    init() throws { party = try TestParty() }

    private var fetches: Int { party.outbound.count("/jwks") }

    /// Publishes the provider's key under another id.
    private func publish(kid: String, cacheControl: String? = nil) {
        party.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks" else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing(
                "\"kid\":\"k\"", with: "\"kid\":\"\(kid)\"")
            return OutboundResponse(
                .ok, fields: Fields(cacheControl.map { [(.cacheControl, $0)] } ?? []), body: Array(text.utf8))
        }
    }

    @Test(
        "a lifetime is that of Cache-Control, within five minutes and a day",
        arguments: [
            (nil, 3600), ("max-age=600", 600), ("public, max-age=600, must-revalidate", 600), ("MAX-AGE = 600", 600),
            ("max-age=\"600\"", 600), ("max-age=1", 300), ("max-age=-5", 300), ("max-age=x", 300),
            ("max-age=99999999999999999999", 300), ("max-age=4611686018427387904", 86_400), ("max-age=90000", 86_400),
            ("no-store", 300), ("max-age=600, no-cache", 300), ("private", 3600), ("", 3600), ("s-maxage=9", 3600),
            ("max-age", 3600),
        ])
    func lifetime(_ field: String?, _ seconds: Int64) {
        let fields = Fields(field.map { [(.cacheControl, $0)] } ?? [])
        #expect(CacheLifetime.of(fields) == .seconds(seconds))
    }

    @Test("fresh keys are not fetched again, aging ones in the background, and old ones before the next token")
    func aging() async throws {
        publish(kid: "k", cacheControl: "max-age=1000")
        #expect(remote.needsKeys && remote.keys == nil)
        await remote.refreshIfNeeded()
        await remote.refreshIfNeeded()
        #expect(fetches == 1 && !remote.needsKeys)
        party.clock.advance(.seconds(799))
        await remote.refreshAhead()
        #expect(fetches == 1)
        party.clock.advance(.seconds(1))
        await remote.refreshAhead()
        #expect(fetches == 2)
        party.clock.advance(.seconds(999))
        #expect(!remote.needsKeys)
        party.clock.advance(.seconds(1))
        #expect(remote.needsKeys)
        await remote.refreshIfNeeded()
        #expect(fetches == 3)
    }

    @Test("a provider whose keys and endpoints the configuration names is never due for a fetch")
    func nothingToFetch() throws {
        var endpoints = ProviderEndpoints()
        endpoints.authorization = AbsoluteURL("https://idp.example/authorize")
        endpoints.token = AbsoluteURL("https://idp.example/token")
        func remote(_ endpoints: ProviderEndpoints) -> RemoteProvider {
            RemoteProvider(
                id: self.remote.id,
                address: ProviderAddress(
                    issuer: "https://idp.example", endpoints: endpoints, signsIn: true, hasFixedKeys: true,
                    policy: OutboundPolicy(hosts: ["idp.example"])), http: party.outbound,
                keySetVersion: party.keySetVersion, clocks: party.clock.clocks)
        }
        let (named, discovered) = (remote(endpoints), remote(ProviderEndpoints()))
        for _ in 0..<3 {
            #expect(!named.isRefreshDue() && discovered.isRefreshDue())
            party.clock.advance(.seconds(86_400))
        }
    }

    @Test("unchanged keys keep their version, changed keys have a new one, and the key-set version counts it")
    func versions() async throws {
        await remote.refreshIfNeeded()
        let (version, keySetVersion, set) = (
            remote.reading.version, party.keySetVersion.current, try #require(remote.keys)
        )
        party.clock.advance(.seconds(3600))
        await remote.refreshIfNeeded()
        #expect(fetches == 2 && remote.reading.version == version && party.keySetVersion.current == keySetVersion)
        publish(kid: "new")
        party.clock.advance(.seconds(3600))
        await remote.refreshIfNeeded()
        #expect(remote.reading.version == version + 1 && party.keySetVersion.current == keySetVersion + 1)
        #expect(set.keys.count == 1)
    }

    @Test("keys of a provider that is down serve for a day beyond their lifetime, and then none do")
    func outage() async throws {
        publish(kid: "k", cacheControl: "max-age=3600")
        await remote.refreshIfNeeded()
        party.outbound.cutOff("/jwks", ScriptedProvider.document)
        party.clock.advance(.seconds(3600))
        await remote.refreshIfNeeded()
        // After a failure no token waits; the background asks every half minute.
        #expect(!remote.needsKeys && remote.keys != nil)
        #expect(party.events.contains { $0.hasPrefix("keysFailed") && $0.contains("isServingStale: true") })
        party.clock.advance(.seconds(86_399))
        #expect(remote.keys != nil)
        let version = remote.reading.version
        party.clock.advance(.seconds(1))
        #expect(remote.keys == nil)
        await remote.refreshAhead()
        #expect(remote.reading.version == version + 1)
        // The same keys count again, under a new version, once the provider is back.
        party.outbound.cutOff()
        party.clock.advance(.seconds(30))
        await remote.refreshAhead()
        #expect(remote.keys != nil && remote.reading.version == version + 2)
    }

    @Test("a calendar clock that is corrected makes keys neither older nor younger")
    func calendar() async throws {
        await remote.refreshIfNeeded()
        for hours: Int64 in [-1000, 1000] {
            party.clock.setCalendar(ahead: .seconds(hours * 3600))
            #expect(!remote.needsKeys && remote.keys != nil)
        }
    }

    @Test(
        "a key set that cannot be used takes nothing from the last good one",
        arguments: [
            (200, "{}"), (200, "[]"), (200, "{\"keys\":[]}"), (200, "{\"keys\":[],}"), (200, "<html>"), (500, ""),
            (404, ""),
            (200, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}"), (302, ""),
        ])
    func unusable(status: Int, body: String) async throws {
        await remote.refreshIfNeeded()
        let version = remote.reading.version
        party.outbound.respond("/jwks", status, body)
        party.clock.advance(.seconds(3601))
        await remote.refreshIfNeeded()
        #expect(remote.keys != nil && remote.reading.version == version && remote.keysError != nil)
        let first = try TestParty()
        first.outbound.respond("/jwks", status, body)
        await first.remote.refreshIfNeeded()
        #expect(first.remote.keys == nil && first.remote.keysError != nil)
        // The next attempt is five seconds later.
        #expect(!first.remote.needsKeys)
        first.clock.advance(.seconds(5))
        #expect(first.remote.needsKeys)
    }

    @Test("keys that cannot be used are named in the event, and the others count")
    func leftOut() async throws {
        party.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks" else { return response }
            let text = String(decoding: response.body, as: UTF8.self)
                .replacing("[", with: "[{\"kty\":\"RSA\",\"kid\":\"weak\",\"n\":\"AQAB\",\"e\":\"AQAB\"},")
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        await remote.refreshIfNeeded()
        #expect(remote.keys?.keys.count == 1)
        #expect(party.events.contains { $0.hasPrefix("keysFetched") && $0.contains("weak") })
    }

    @Test("keys are asked for as a JWK set, by a request that waits five seconds")
    func request() async throws {
        await remote.refreshIfNeeded()
        let request = try #require(party.outbound.last("/jwks"))
        #expect(request.fields.value(.accept)?.contains("application/jwk-set+json") == true)
        #expect(request.limits.head == .seconds(5) && request.method == .get)
    }

    // MARK: Tokens that no key verifies

    private func asker(_ address: String) -> KeyAsker { .client(ClientPrefix(address)) }

    @Test("a token of a new key waits for it, and a second one from the same address does not ask again")
    func learns() async throws {
        await remote.refreshIfNeeded()
        let version = remote.reading.version
        publish(kid: "new")
        let attacker = asker("198.51.100.7")
        #expect(remote.canLearnKeys(for: attacker, beyond: version))
        await remote.learnKeys(for: attacker, beyond: version)
        #expect(fetches == 2 && remote.reading.version == version + 1)
        // The keys have changed since the reading: a holder of the old ones gets them without a fetch.
        #expect(remote.canLearnKeys(for: attacker, beyond: version))
        await remote.learnKeys(for: attacker, beyond: version)
        #expect(fetches == 2)
        #expect(!remote.canLearnKeys(for: attacker, beyond: version + 1))
        await remote.learnKeys(for: attacker, beyond: version + 1)
        #expect(fetches == 2)
        #expect(remote.canLearnKeys(for: asker("192.0.2.1"), beyond: version + 1))
    }

    @Test("tokens cause no fetch while the last one failed less than five seconds ago")
    func failing() async throws {
        await remote.refreshIfNeeded()
        party.outbound.cutOff("/jwks")
        let version = remote.reading.version
        await remote.learnKeys(for: asker("198.51.100.7"), beyond: version)
        #expect(fetches == 2 && !remote.canLearnKeys(for: asker("192.0.2.1"), beyond: version))
        await remote.learnKeys(for: asker("192.0.2.1"), beyond: version)
        #expect(fetches == 2)
        party.clock.advance(.seconds(5))
        #expect(remote.canLearnKeys(for: asker("192.0.2.1"), beyond: version))
    }
}

@Suite("The budget of key fetches")
struct KeyFetchBudgetTests {
    private let start = MonotonicTime(nanoseconds: 1 << 50)

    private func asker(_ address: String) -> KeyAsker { .client(ClientPrefix(address)) }

    private func at(_ seconds: Int64) -> MonotonicTime { start + .seconds(seconds) }

    /// A budget that tests may use within an expectation.
    private final class Budget {
        private var budget = KeyFetchBudget()
        func take(_ asker: KeyAsker, at now: MonotonicTime) -> Bool { budget.take(asker, at: now) }
        func allows(_ asker: KeyAsker, at now: MonotonicTime) -> Bool { budget.allows(asker, at: now) }
    }

    @Test("an address may cause one fetch in half a minute, however it writes itself")
    func address() {
        let budget = Budget()
        #expect(budget.take(asker("198.51.100.7"), at: start))
        for same in ["198.51.100.7", "::ffff:198.51.100.7"] { #expect(!budget.take(asker(same), at: at(29))) }
        #expect(budget.take(asker("198.51.100.7"), at: at(30)))
        #expect(budget.take(.provider, at: at(30)) && !budget.take(.provider, at: at(31)))
    }

    @Test("a /64 counts as one address, and a /48 may cause two fetches")
    func networks() {
        let budget = Budget()
        #expect(budget.take(asker("2001:db8:7:1::1"), at: start))
        #expect(!budget.take(asker("2001:db8:7:1:ffff::2"), at: start))
        #expect(budget.take(asker("2001:db8:7:2::1"), at: start))
        #expect(!budget.take(asker("2001:db8:7:3::1"), at: start))
        #expect(budget.take(asker("2001:db8:8::1"), at: start))
    }

    @Test("four fetches are allowed at once, and one more every ten seconds, whatever was refused between")
    func total() {
        let budget = Budget()
        func taken(_ second: Int64, _ net: Int) -> Int {
            var count = 0
            for place in 0..<200 where budget.take(asker("203.\(net).113.\(place)"), at: at(second)) { count += 1 }
            return count
        }
        #expect(taken(0, 0) == 4)
        #expect(taken(9, 1) == 0)
        #expect(taken(10, 2) == 1)
        #expect(taken(40, 3) == 3)
        #expect(taken(1000, 4) == 4)
    }

    @Test("what is allowed is taken, and asking alone takes nothing")
    func asking() {
        let budget = Budget()
        for _ in 0..<100 { #expect(budget.allows(asker("192.0.2.1"), at: start)) }
        #expect(budget.take(asker("192.0.2.1"), at: start))
    }
}
