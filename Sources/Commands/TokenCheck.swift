internal import Identities
internal import JSON
internal import Time
internal import Tokens

/// Verifies the tokens of one call, with its configuration or keys.
struct TokenCheck {
    /// The output of `token verify` for a valid token.
    struct Answer {
        let header: JSONDocument
        /// The claims; nil if the payload is not a JSON object, which only `--signature-only` accepts.
        let claims: JSONDocument?
        let keyID: String?
    }

    private let verify: (Span<UInt8>, Timestamp) throws(TokenRefusal) -> Answer

    init(_ call: Invocation) throws(CommandError) {
        let arguments = call.arguments
        let isSignatureOnly = arguments.has("signature-only")
        switch (arguments.value("config"), arguments.value("keys")) {
        case (nil, nil): throw .usage("either --config FILE or --keys FILE is missing: the keys to verify with")
        case (.some, .some): throw .usage("--config and --keys exclude each other")
        case (.some, nil):
            for name in ["issuer", "audience"] where arguments.has(name) {
                throw .usage("--\(name) requires --keys; with --config, the settings of the providers decide")
            }
            let trust = ConfiguredTrust(try call.settings(), call)
            verify = { (token, moment) throws(TokenRefusal) -> Answer in
                isSignatureOnly ? try trust.verifySignature(token, at: moment) : try trust.verify(token, at: moment)
            }
        case (nil, .some(let path)):
            let verifier = KeySetVerifier(
                try TokenCheck.keys(path, call), issuer: arguments.value("issuer").map { Issuer($0) },
                audiences: arguments.values("audience"), isSignatureOnly: isSignatureOnly)
            verify = { (token, moment) throws(TokenRefusal) -> Answer in
                Answer(try verifier.verify(token, at: moment))
            }
        }
    }

    func callAsFunction(_ token: [UInt8], at moment: Timestamp) throws(TokenRefusal) -> Answer {
        try verify(token.span, moment)
    }

    private static func keys(_ path: String, _ call: Invocation) throws(CommandError) -> KeySet {
        let bytes = try call.content(of: path, limit: KeySet.maximumBytes)
        let keys: KeySet
        do throws(KeySet.ReadingError) {
            keys = try KeySet(bytes)
        } catch {
            throw .failure("the file \(shown(path)) has no keys: \(error.description)")
        }
        for issue in keys.issues { call.warn("\(path): \(issue) (left out)") }
        guard !keys.keys.isEmpty else { throw .failure("the file \(shown(path)) has no usable key") }
        return keys
    }
}

extension TokenCheck.Answer {
    init(_ verification: KeySetVerifier.Verification) {
        self.init(header: verification.header, claims: verification.claims, keyID: verification.keyID)
    }
}
