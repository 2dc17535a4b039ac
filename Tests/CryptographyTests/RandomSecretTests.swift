import Testing

@testable import Cryptography

private enum Purpose {}
private typealias Key = RandomSecret<Purpose>

@Suite("Random secrets")
struct RandomSecretTests {
    @Test("a secret is read from its own text, no two are equal, and its digest is that of its octets")
    func roundTrip() throws {
        let secrets = try (0..<50).map { _ in try Key.make() }
        #expect(Set(secrets.map(\.text)).count == 50)
        for secret in secrets {
            #expect(secret.text.utf8.count == 43)
            #expect(try Key(secret.text)?.digest == secret.digest)
            #expect(try secret.digest.bytes == Digest.sha256(try #require(Base64URL.decode(secret.text))))
        }
        #expect(try Set(secrets.map { try $0.digest }).count == 50)
    }

    @Test("a text of another form is no secret, and no digest")
    func malformed() throws {
        let text = try Key.make().text
        let cut = String(text.dropLast())
        for wrong in [
            "", cut, text + "A", text + "=", " " + cut, cut + "+", cut + "/", cut + "\u{301}", cut + "\0", cut + "\n",
            "+" + text.dropFirst(),
            // The last character has two bits that are not part of the secret.
            cut.dropLast() + "AB",
        ] {
            #expect(Key(wrong).map(\.text) == nil, "\(wrong)")
            #expect(SecretDigest<Purpose>(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a digest is read from its own text and from the store, and differs in each octet")
    func digests() throws {
        let digest = try Key.make().digest
        #expect(SecretDigest<Purpose>(digest.text) == digest)
        #expect(SecretDigest<Purpose>(stored: digest.bytes) == digest)
        for index in digest.bytes.indices {
            var bytes = digest.bytes
            bytes[index] ^= 1
            #expect(SecretDigest<Purpose>(stored: bytes) != digest)
        }
        #expect(SecretDigest<Purpose>(stored: []) != digest)
    }

    @Test("a derived value depends on the secret and on the use, and is neither the secret nor its digest")
    func derived() throws {
        let (secret, other) = (try Key.make(), try Key.make())
        let value = try secret.derived(for: "one use")
        #expect(try Key(secret.text)?.derived(for: "one use") == value)
        #expect(try secret.derived(for: "another use") != value && other.derived(for: "one use") != value)
        #expect(try Base64URL.encode(value) != secret.text && value != secret.digest.bytes)
    }

    @Test("a secret is not shown by a description, a dump or an interpolation")
    func redaction() throws {
        let secret = try Key.make()
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains(secret.text) && text.utf8.count < 60)
        }
    }
}
