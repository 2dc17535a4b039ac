internal import Cryptography
internal import HTTPMessage
internal import JSON
internal import Text
internal import Time

/// A JWT that proves that the client holds its private key (RFC 7523, sections 2.2 and 3; OpenID Connect Core 1.0,
/// section 9).
enum ClientAssertion {
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let lifetime: Duration = .seconds(60)

    /// - Parameters:
    ///   - endpoint: the token endpoint, the assertion's audience.
    ///   - supported: algorithms that the provider lists; the key's default algorithm is used if none of them fits.
    static func make(
        _ clientID: String, for endpoint: AbsoluteURL, signedWith key: SigningKey, supported: [String]?,
        at now: Timestamp
    ) throws(CryptographyError) -> String {
        let fitting = SignatureAlgorithm.allCases.filter { $0.fits(key.kind) }
        guard
            let algorithm = fitting.first(where: { supported?.contains(exactly: $0.rawValue) ?? true })
                ?? fitting.first
        else { throw CryptographyError(.unsupportedKey) }
        var claims = JSONWriter()
        claims.beginObject()
        claims.member("iss", clientID)
        claims.member("sub", clientID)
        claims.member("aud", endpoint.text)
        claims.member("jti", Base64URL.encode(try RandomBytes.make(16)))
        claims.member("iat", Int(now.seconds))
        claims.member("exp", Int((now + lifetime).seconds))
        claims.endObject()
        // The header has no "kid". A provider with one registered key needs none, and one with several keys tries each.
        let header = "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"JWT\"}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims.bytes)
        return try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), algorithm))
    }
}
