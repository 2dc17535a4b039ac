import GatehouseTesting
import HTTPClient
import Identities
import OpenID
import Synchronization
import Testing
import Time
import Tokens

@Suite("The first fetch of a provider's keys")
struct FirstFetchTests {
    /// Holds every request until it is released, and then refuses it.
    private final class HeldHTTP: OutboundHTTP {
        let (asked, mayAnswer) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())

        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            asked.continuation.yield()
            for await _ in mayAnswer.stream { break }
            throw OutboundError(.timedOut, "held")
        }
    }

    @Test("whoever comes while it is under way waits for it; while the provider is down nobody does")
    func waiting() async throws {
        let http = HeldHTTP()
        let remote = RemoteProvider(
            id: try #require(ProviderID("idp")),
            address: ProviderAddress(
                issuer: "https://idp.example", signsIn: true, hasFixedKeys: false,
                policy: OutboundPolicy(hosts: ["idp.example"])), http: http, keySetVersion: KeySetVersion(),
            clocks: ManualClock().clocks)
        #expect(remote.needsKeys)
        async let fetched: Void = remote.refreshAhead()
        for await _ in http.asked.stream { break }
        #expect(remote.needsKeys)
        http.mayAnswer.continuation.finish()
        await fetched
        #expect(!remote.needsKeys && remote.keys == nil)
    }
}
