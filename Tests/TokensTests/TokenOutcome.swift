import GatehouseTesting
import JSON
import Time
import Tokens

func outcome(
    _ token: String, _ providers: [TrustedProvider], at now: Timestamp = TokenMint.now, cacheSize: Int = 0
) -> Result<VerifiedClaims, TokenRefusal> {
    let verifier = BearerTokenVerifier(providers, cacheSize: cacheSize)
    let bytes = Array(token.utf8)
    do throws(TokenRefusal) {
        return .success(try verifier.verify(bytes.span, at: now))
    } catch {
        return .failure(error)
    }
}

func reason(_ token: String, _ providers: [TrustedProvider], at now: Timestamp = TokenMint.now) -> TokenReason? {
    if case .failure(let refusal) = outcome(token, providers, at: now) { refusal.reason } else { nil }
}

/// Returns the verified claims of a new token.
func claims(_ changes: [String: String?] = [:]) throws -> VerifiedClaims { try TokenMint().verified(changes) }

func json(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: Array(text.utf8)) }

extension BearerTokenVerifier {
    func verify(_ token: [UInt8], at now: Timestamp) throws(TokenRefusal) -> VerifiedClaims {
        try verify(token.span, at: now)
    }

    func remembers(_ token: [UInt8], at now: Timestamp) -> Bool {
        remembers(token.span, at: now)
    }
}
