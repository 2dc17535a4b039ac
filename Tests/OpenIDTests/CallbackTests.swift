import Cryptography
import GatehouseTesting
import Identities
import Testing
import Time

@testable import OpenID

@Suite("The provider's authorization response")
struct CallbackTests {
    private typealias Items = [(name: String, value: String)]

    private func failure<Value>(_ body: () throws -> Value) -> SignInError? {
        do {
            _ = try body()
            return nil
        } catch { return error as? SignInError }
    }

    @Test(
        "is malformed without a state, without exactly one of code and error, and with a repeated parameter",
        arguments: [
            [], [("code", "c")], [("state", ""), ("code", "c")], [("state", "s")], [("state", "s"), ("code", "")],
            [("state", "s"), ("code", "c"), ("error", "e")], [("state", "s"), ("state", "s"), ("code", "c")],
            [("state", "s"), ("code", "c"), ("code", "d")],
            [("state", "s"), ("code", "c"), ("iss", "a"), ("iss", "a")],
            [("state", "s"), ("error", "e"), ("error_description", ""), ("error_description", "")],
            [("state", "s"), ("code", String(repeating: "c", count: 8193))], [("State", "s"), ("code", "c")],
            // The letter is a long s, which some comparisons take for an s.
            [("\u{17F}tate", "s"), ("code", "c")],
        ] as [[(String, String)]])
    func malformed(_ items: [(String, String)]) {
        #expect(failure { try Callback(items.map { (name: $0.0, value: $0.1) }) }?.reason == .callbackMalformed)
    }

    @Test("takes what is its own, and ignores other parameters, even repeated ones")
    func parses() throws {
        let code = String(repeating: "c", count: 8192)
        let callback = try Callback([
            ("session_state", "x"), ("state", "s"), ("session_state", "y"), ("code", code),
            ("iss", "https://i.example"),
            ("error_description", "no error"), ("CODE", "d"),
        ])
        #expect(callback.state == "s" && callback.code == code && callback.issuer == "https://i.example")
        #expect(callback.error == nil && callback.errorDescription == nil)
        let refused = try Callback([("state", "s"), ("error", ""), ("error_description", "")])
        #expect(refused.code == nil && refused.error == "" && refused.issuer == nil)
    }

    @Test("a refusal tells the provider's words, bounded, on one line, and without the state")
    func refusal() throws {
        let description = "state-secret \u{1B}[31m\n" + String(repeating: "x ", count: 1000)
        let failure = try Callback([
            ("state", "state-secret"), ("error", "access_denied"), ("error_description", description),
        ]).refusal
        #expect(failure.reason == .providerRefused && failure.providerCode == "access_denied")
        #expect(failure.detail.utf8.count < 600 && !failure.detail.contains("state-secret"))
        #expect(!failure.detail.contains("\u{1B}") && !failure.detail.contains("\n"))
        let odd = try Callback([("state", "s"), ("error", "<script>")]).refusal
        #expect(odd.providerCode == nil)
    }

    private static let variants: [[(name: String, value: String)]] = [
        [("state", "s"), ("code", "c")], [("state", "s"), ("error", "e")],
        [("state", "s"), ("error", "e"), ("error_description", "\u{E9} \u{1F511}")],
        [("state", "s"), ("code", "c"), ("iss", "https://idp.example/\u{301}")],
        [
            ("state", String(repeating: "aB-_", count: 300)), ("code", String(repeating: "x+/=", count: 500)),
            ("iss", ""),
        ],
    ]

    @Test("opens from its sealed form as it was, at its own provider alone", arguments: variants.indices)
    func roundTrip(_ index: Int) throws {
        let box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
        let (idp, other, now) = (ProviderID("idp")!, ProviderID("idp2")!, ManualClock.start)
        let callback = try Callback(CallbackTests.variants[index])
        let sealed = try callback.sealed(in: box, for: idp, at: now)
        #expect(try Callback(opening: sealed, with: box, for: idp, at: now) == callback)
        func reason(_ text: String, _ provider: ProviderID = idp, at seconds: Int64 = 0) -> SignInError.Reason? {
            failure { try Callback(opening: text, with: box, for: provider, at: now + .seconds(seconds)) }?.reason
        }
        #expect(reason(sealed, other) == .callbackMalformed)
        #expect(reason(sealed, at: 119) == nil && reason(sealed, at: -60) == nil)
        #expect(reason(sealed, at: 120) == .stateExpired && reason(sealed, at: -61) == .stateExpired)
        // Cut, extended or altered anywhere.
        let octets = try #require(Base64URL.decode(sealed))
        for count in stride(from: 0, to: octets.count, by: max(1, octets.count / 100)) {
            #expect(reason(Base64URL.encode(Array(octets[..<count]))) == .callbackMalformed)
            var changed = octets
            changed[count] ^= 0x80
            #expect(reason(Base64URL.encode(changed)) == .callbackMalformed)
        }
        #expect(reason(sealed + "A") == .callbackMalformed && reason("") == .callbackMalformed)
        #expect(reason(String(repeating: "A", count: 40 << 10)) == .callbackMalformed)
    }

    @Test("a sealed text with any content is malformed, and never read beyond its end")
    func sealedGarbage() throws {
        let box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
        let provider = try #require(ProviderID("idp"))
        let context = Array("gatehouse callback 3 idp".utf8)
        let time = (0..<8).reversed().map { UInt8(truncatingIfNeeded: ManualClock.start.seconds >> (8 * $0)) }
        var good = time + [3]
        PackedText.append("state", to: &good)
        PackedText.append("code", to: &good)
        func reason(_ octets: [UInt8]) throws -> SignInError.Reason? {
            let text = Base64URL.encode(try box.seal(octets, context: context))
            return failure { try Callback(opening: text, with: box, for: provider, at: ManualClock.start) }?.reason
        }
        #expect(try reason(good) == nil)
        for count in good.indices { #expect(try reason(Array(good[..<count])) == .callbackMalformed, "\(count)") }
        for flags in 0..<UInt8(32) where ![3, 9].contains(flags) {
            var changed = good
            changed[8] = flags
            #expect(try reason(changed) != nil, "\(flags)")
        }
    }
}
