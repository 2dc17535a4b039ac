import Cryptography
import Testing
import Text

@testable import OpenID

@Suite("Texts that are packed")
struct PackedTextTests {
    private func packed(_ text: String) -> [UInt8] {
        var octets: [UInt8] = []
        PackedText.append(text, to: &octets)
        return octets
    }

    @Test(
        "what is packed is unpacked, octet for octet",
        arguments: [
            "", "a", "abc", "0123456789abcdef", "eyJ0eXAiOiJKV1Qi.ABCDEFGHIJKLMNOPQRSTUVWX.x",
            "AAAAAAAAAAAAAAAAAAAA+/BBBBBBBBBBBBBBBBBBBBBB==", "_-_-_-_-_-_-_-_-_-_-",
            "é+\u{0}\u{301}https://a.example/ b",
            String(repeating: "Z", count: 8191), String(repeating: ".", count: 300),
            "a+b_c-d/eeeeeeeeeeeeeeeeeeeeeeeee",
        ])
    func roundTrip(_ text: String) throws {
        var octets = packed(text)[...] + [7]
        #expect(try #require(PackedText.take(from: &octets)).isExactly(text))
        #expect(octets == [7])
        // Truncated anywhere, the packed text is invalid.
        let whole = packed(text)
        for count in stride(from: 0, to: whole.count, by: max(1, whole.count / 50)) {
            var part = whole[..<count]
            #expect(PackedText.take(from: &part) == nil)
        }
    }

    @Test("base64 text takes three quarters of its room")
    func size() throws {
        let code = Base64URL.encode(try RandomBytes.make(3000))
        #expect(packed(code).count <= 3000 + 8)
        #expect(packed("\(code).\(code)").count <= 6000 + 14)
    }
}
