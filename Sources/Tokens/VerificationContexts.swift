internal import Cryptography

/// The verification contexts of a key set, created at first use. Each instance is confined to one thread.
final class VerificationContexts {
    private struct Name: Hashable {
        let key: Int
        let algorithm: SignatureAlgorithm
    }

    private let set: KeySet
    private var contexts: [Name: VerificationContext] = [:]

    init(_ set: KeySet) {
        self.set = set
    }

    /// Selects the key, and verifies the signature over the token's first two parts.
    ///
    /// - Returns: the key that made the signature.
    func verify(_ jws: CompactJWS, _ token: Span<UInt8>) throws(TokenRefusal) -> KeySet.Key {
        guard let index = set.index(for: jws.header) else {
            throw TokenRefusal(
                .keyNotFound, "No key, or more than one, fits the token's \"alg\" and \"kid\".",
                facts: set.misfit(of: jws.header))
        }
        let name = Name(key: index, algorithm: jws.header.algorithm)
        let context: VerificationContext
        if let ready = contexts[name] {
            context = ready
        } else {
            do {
                context = try VerificationContext(set.keys[index].key, jws.header.algorithm)
            } catch {
                throw TokenRefusal(.keyNotFound, "The key cannot be used with the token's \"alg\".")
            }
            contexts[name] = context
        }
        guard context.isValid(jws.signature.span, for: token.extracting(0..<jws.signedLength)) else {
            throw TokenRefusal(.signatureInvalid, "The signature does not match the provider's key.")
        }
        return set.keys[index]
    }
}
