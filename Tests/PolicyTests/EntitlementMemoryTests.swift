import ClaimMapping
import GatehouseTesting
import Identities
import Policy
import Testing
import Tokens

@Suite("What remembered decisions take")
struct EntitlementMemoryTests {
    @Test("is bounded in bytes, however dense the claims are that they keep")
    func bounded() throws {
        let mint = try TokenMint()
        let id = try #require(OrganizationID("acme"))
        let rules = OrganizationRules(id: id, providers: [.idp], strategy: .firstMatch, mappings: [])
        let dense = Array(repeating: "1", count: 4500).joined(separator: ",")
        final class Place {}
        let place = Place()
        var cache = EntitlementCache()
        for number in 0..<400 {
            let claims = try mint.verified(["n": "\(number)", "x": "[\(dense)]"])
            for _ in 0..<2 {
                _ = cache.entitlement(of: claims, in: place) {
                    Entitlement(of: claims, in: rules, emailTrust: EmailTrust())
                }
            }
            #expect(cache.bytes <= 16 << 20)
        }
        #expect(cache.bytes > 4 << 20)
    }
}
