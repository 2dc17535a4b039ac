import Cryptography
import JSON
import Testing
import Time
import Tokens

@Suite("Tokens from the standards")
struct VectorTests {
    private typealias Outcome = Result<KeySetVerifier.Verification, TokenRefusal>

    private func verifier(_ key: String, isSignatureOnly: Bool = true) throws -> KeySetVerifier {
        KeySetVerifier(try KeySet(Array(key.utf8)), issuer: nil, audiences: [], isSignatureOnly: isSignatureOnly)
    }

    private func outcome(_ token: String, _ verifier: KeySetVerifier) -> Outcome {
        let bytes = Array(token.utf8)
        do throws(TokenRefusal) {
            return .success(try verifier.verify(bytes.span, at: Timestamp(seconds: 1_300_819_000)))
        } catch {
            return .failure(error)
        }
    }

    private func reason(_ token: String, _ verifier: KeySetVerifier) -> TokenReason? {
        if case .failure(let refusal) = outcome(token, verifier) { refusal.reason } else { nil }
    }

    @Test("a published signature is valid", arguments: publishedTokens)
    func good(vector: PublishedToken) throws {
        let verification = try outcome(vector.token, verifier(vector.key)).get()
        let payload = try #require(vector.token.split(separator: ".").dropFirst().first)
        #expect(verification.payload == Base64URL.decode(String(payload)))
        #expect(verification.keyID == verification.header.root.member("kid")?.string)
        #expect((verification.claims != nil) == vector.token.contains(".eyJ"))
    }

    @Test("a published signature is invalid if any of its bytes is changed", arguments: publishedTokens)
    func altered(vector: PublishedToken) throws {
        let parts = vector.token.split(separator: ".").map(String.init)
        let signature = try #require(Base64URL.decode(parts[2]))
        let verifier = try verifier(vector.key)
        for index in signature.indices {
            var altered = signature
            altered[index] ^= 0x10
            let token = "\(parts[0]).\(parts[1]).\(Base64URL.encode(altered))"
            #expect(reason(token, verifier) == .signatureInvalid)
        }
        for wrong in [[], Array(signature.dropLast()), signature + [0], Array(repeating: 0, count: signature.count)] {
            let token = "\(parts[0]).\(parts[1]).\(Base64URL.encode(wrong))"
            #expect(reason(token, verifier) == .signatureInvalid)
        }
    }

    @Test("a payload of plain text is malformed if claims are expected", arguments: publishedTokens)
    func claims(vector: PublishedToken) throws {
        let isObject = vector.token.contains(".eyJ")
        // The claims of RFC 7515 have no `iat`.
        #expect(
            reason(vector.token, try verifier(vector.key, isSignatureOnly: false))
                == (isObject ? .claimMalformed : .malformed))
    }

    @Test("published tokens with HMAC, and without a signature, are refused")
    func otherAlgorithms() throws {
        let claims = """
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """
        // RFC 7515, appendix A.1. Its symmetric key is unusable, and is reported.
        let secret = """
            {"keys":[{"kty":"oct","k":\
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]}
            """
        let hmac = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(claims).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(reason(hmac, try verifier(secret)) == .algorithmNotAllowed)
        #expect(try KeySet(Array(secret.utf8)).issues.count == 1)
        // RFC 7515, appendix A.5
        let unsecured = "eyJhbGciOiJub25lIn0.\(claims)."
        for vector in publishedTokens {
            #expect(reason(unsecured, try verifier(vector.key)) == .algorithmNotAllowed)
            #expect(reason(hmac, try verifier(vector.key)) == .algorithmNotAllowed)
        }
    }

    @Test("a published signature is invalid for another key")
    func otherKeys() throws {
        for vector in publishedTokens {
            for other in publishedTokens where other.key != vector.key {
                let found = reason(vector.token, try verifier(other.key))
                #expect(found == .keyNotFound || found == .signatureInvalid)
            }
        }
    }
}
