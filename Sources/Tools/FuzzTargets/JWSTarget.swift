internal import Cryptography
internal import Identities
internal import JSON
internal import Time
internal import Tokens

/// Fuzzes tokens: the input itself, and its first lines encoded as header, payload and signature. The fuzzer can
/// thereby reach the checks after base64url decoding.
///
/// A parsed token is the only encoding of its parts, and no token is accepted by the verifier.
func fuzzJWS(_ bytes: [UInt8]) {
    checkToken(bytes)
    let (header, rest) = bytes.halves
    let (payload, signature) = rest.halves
    checkToken(Array([header, payload, signature].map { Base64URL.encode($0) }.joined(separator: ".").utf8))
}

private func checkToken(_ token: [UInt8]) {
    let withClaims = try? CompactJWS(token.span, expecting: .claims)
    let anything = try? CompactJWS(token.span, expecting: .anything)
    if let withClaims {
        promise(withClaims.claims?.root.kind == .object, "claims are an object")
        promise(anything?.payload == withClaims.payload, "a token of claims is a token of anything")
    }
    if let jws = anything {
        let parts = [jws.header.document.bytes, jws.payload, jws.signature].map { Base64URL.encode($0) }
        promise(Array(parts.joined(separator: ".").utf8) == token, "a token has one encoding")
        promise(jws.signedLength == token.count - parts[2].utf8.count - 1, "two parts are signed")
        promise(jws.header.document.root.member("crit") == nil, "no critical extension is accepted")
    }
    checkIsRefused(token)
}

private func checkIsRefused(_ token: [UInt8]) {
    // Public key of RFC 8037, appendix A.2. The fuzzer cannot sign with it.
    let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
    guard let keys = try? KeySet(Array(set.utf8)), let id = ProviderID("fuzz") else {
        fatalError("the published key cannot be read")
    }
    var provider = TrustedProvider(id: id, issuer: "https://i", keys: keys)
    provider.audiences = ["a"]
    let now = Timestamp(seconds: 1_767_225_600)
    let verifier = BearerTokenVerifier([provider], cacheSize: 4)
    promise((try? verifier.verify(token.span, at: now)) == nil, "an unsigned token is refused")
    promise(!verifier.remembers(token.span, at: now), "a refused token is not cached")
}
