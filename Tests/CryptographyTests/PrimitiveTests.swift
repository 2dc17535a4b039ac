import Cryptography
import Testing

@Suite("Digests, codes and boxes")
struct PrimitiveTests {
    @Test("SHA-256 and HMAC match their published vectors")
    func vectors() throws {
        // FIPS 180-2, appendix B.1
        #expect(
            try hexadecimal(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        // RFC 4231, test case 2
        #expect(
            try hexadecimal(MAC.sha256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        // RFC 5869, test case 1
        let okm = try KeyDerivation.hkdf(
            secret: Array(repeating: 0x0B, count: 22), salt: Array(0...12), info: Array(0xF0...0xF9), count: 42)
        #expect(
            hexadecimal(okm) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        let digest = try Digest(.sha512)
        let bytes: [UInt8] = [1]
        let first = try digest(bytes.span)
        let second = try digest(bytes.span)
        #expect(first == second)
    }

    @Test(
        "base64url is strict",
        arguments: ["A", "AA=", "AA==", "AB", "AAB", "A A", "AA\n", "AA+A", "AA/A", "AAAAA", "Aé"])
    func strict(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("every byte outside base64url's alphabet is refused at every place, and so is every stray bit")
    func everyByte() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for count in [1, 2, 3, 4, 5, 6] {
            let text = Array(Base64URL.encode(Array(repeating: UInt8(0), count: count)).utf8)
            for index in text.indices {
                for byte in UInt8.min...UInt8.max {
                    var altered = text
                    altered[index] = byte
                    let decoded = Base64URL.decode(altered.span)
                    if alphabet.contains(byte) {
                        #expect(
                            decoded.map { Array(Base64URL.encode($0).utf8) == altered } ?? (index == text.count - 1))
                    } else {
                        #expect(decoded == nil)
                    }
                }
            }
        }
        #expect(Base64URL.decode("") == [])
    }

    @Test("base64url and base64 decode their own encoding")
    func roundTrip() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes) + "\n") == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        for wrong in ["A", "AAA", "AA=A", "AAAA AAAA", "=AAA", "!!!!"] {
            #expect(Base64.decode(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a sealed value opens with its key and context only")
    func sealing() throws {
        let old = try RandomBytes.make(32)
        let new = try RandomBytes.make(32)
        let context = Array("state".utf8)
        let sealed = try SealedBox(keys: [old]).seal(Array("secret".utf8), context: context)
        #expect(try SealedBox(keys: [new, old]).open(sealed, context: context) == Array("secret".utf8))
        #expect(throws: CryptographyError(.notSealedHere)) { try SealedBox(keys: [new]).open(sealed, context: context) }
        #expect(throws: CryptographyError(.notSealedHere)) { try SealedBox(keys: [old]).open(sealed, context: []) }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(throws: CryptographyError(.notSealedHere)) {
                try SealedBox(keys: [old]).open(altered, context: context)
            }
        }
        #expect(throws: CryptographyError.self) { try SealedBox(keys: [[1, 2, 3]]) }
        #expect(try SealedBox(keys: [old]).open(SealedBox(keys: [old]).seal([], context: []), context: []) == [])
    }

    @Test("constant-time comparison tells equal from different bytes")
    func comparison() {
        #expect(isEqualInConstantTime([], []))
        #expect(isEqualInConstantTime([1, 2], [1, 2]))
        #expect(!isEqualInConstantTime([1, 2], [1, 3]))
        #expect(!isEqualInConstantTime([1, 2], [1]))
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
