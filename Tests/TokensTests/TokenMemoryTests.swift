import GatehouseTesting
import Testing
import Time

@testable import Tokens

@Suite("Memory of cached tokens")
struct TokenMemoryTests {
    @Test(
        "the cache is limited in bytes, whatever the structure of the tokens",
        arguments: ["", "1", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"])
    func bounded(content: String) throws {
        let mint = try TokenMint()
        let list = Array(repeating: content, count: content.isEmpty ? 1 : 100).joined(separator: ",")
        var cache = VerifiedTokenCache(size: 10_000, bytes: 300_000)
        var known = 0
        for number in 0..<120 {
            let token = try mint.token(TokenMint.claims(["x": "[\(list)]", "n": "\(number)"]))
            let claims = try outcome(token, [try mint.provider()]).get()
            #expect(claims.memory > list.utf8.count)
            let key = VerifiedTokenCache.Key(digest: Array(repeating: UInt8(number), count: 32))
            cache.insert(claims, for: key)
            #expect(cache.bytes <= 300_000)
            if cache[key, TokenMint.now] != nil { known += 1 }
        }
        #expect(known == 120)
    }
}
