internal import Identities
internal import JSON
internal import Text
internal import Time
internal import Tokens

/// The check of assertions by the application itself: signature, issuer, audience and times.
struct AssertionCheck: Sendable {
    /// What an assertion says, once it is verified.
    struct Assertion {
        let claims: JSONValue
        let keyID: String?

        func text(_ name: String) -> String? { claims.member(name)?.string }

        /// The time at which the assertion ends.
        var end: Timestamp? { claims.member("exp")?.double.flatMap { Timestamp(numericDate: $0) } }
        var isOfManager: Bool { text("role").map { $0.isExactly(Role.manager.rawValue) } ?? false }
    }

    enum Verdict {
        case verified(Assertion)
        /// The reason, as a sentence.
        case refused(String)
    }

    /// The gateway's origin.
    let issuer: String
    /// The application's id.
    let audience: String
    let keys: GatewayKeys

    /// - Parameter values: the values of the field; exactly one is accepted.
    func verdict(on values: [String], at now: Timestamp) async -> Verdict {
        guard let token = values.first, !token.isEmpty else {
            return .refused("The request has no assertion. It did not come through the gateway, or without a sign-in.")
        }
        guard values.count == 1 else { return .refused("The request has several assertions.") }
        do throws(TokenRefusal) {
            return .verified(try await verified(Array(token.utf8), at: now))
        } catch {
            return .refused("\(error.detail) (\(error.reason.rawValue))")
        }
    }

    private func verified(_ token: [UInt8], at now: Timestamp) async throws(TokenRefusal) -> Assertion {
        do throws(TokenRefusal) {
            return try check(token, with: try await current(isForNewKey: false, at: now), at: now)
        } catch {
            // A key that was made since the keys were fetched may have signed it.
            guard error.reason.mayBeOfNewKeys else { throw error }
            return try check(token, with: try await current(isForNewKey: true, at: now), at: now)
        }
    }

    private func current(isForNewKey: Bool, at now: Timestamp) async throws(TokenRefusal) -> KeySet {
        do throws(GatewayKeys.Unavailable) {
            return try await keys.current(isForNewKey: isForNewKey, at: now)
        } catch {
            throw TokenRefusal(.keysUnavailable, error.text)
        }
    }

    private func check(_ token: [UInt8], with keys: KeySet, at now: Timestamp) throws(TokenRefusal) -> Assertion {
        let verifier = KeySetVerifier(keys, issuer: Issuer(issuer), audiences: [audience], isSignatureOnly: false)
        let verification = try verifier.verify(token.span, at: now)
        guard let claims = verification.claims else { throw TokenRefusal(.malformed, "The assertion has no claims.") }
        return Assertion(claims: claims.root, keyID: verification.keyID)
    }
}
