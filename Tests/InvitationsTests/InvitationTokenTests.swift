import Cryptography
import Testing

@testable import Invitations

/// The secret octets of a token's text, as a store would show them.
struct InvitationTokenBytes {
    let hex: String

    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        hex = bytes.map { String(UInt16($0) | 0x100, radix: 16, uppercase: true).dropFirst() }.joined()
    }
}

@Suite("The token of an invitation's link")
struct InvitationTokenTests {
    @Test("a token is read from its own text, and no two are equal")
    func roundTrip() throws {
        let tokens = try (0..<50).map { _ in try InvitationToken.make() }
        #expect(Set(tokens.map(\.text)).count == 50)
        for token in tokens {
            #expect(token.text.utf8.count == 43)
            #expect(try InvitationToken(token.text)?.hash == token.hash)
        }
    }

    @Test("a text of another form is no token")
    func malformed() throws {
        let text = try InvitationToken.make().text
        let cut = String(text.dropLast())
        for wrong in [
            "", cut, text + "A", text + "=", " " + cut, cut + "+", cut + "/", cut + "\u{301}", cut + "\0", cut + "\n",
            // The last character has two bits that are not part of the token.
            cut.dropLast() + "AB",
        ] { #expect(InvitationToken(wrong) == nil, "\(wrong)") }
    }
}
