import ClaimMapping
import Cryptography
import Identities
import JSON
import Policy
import Time
import Tokens

/// A provider for benchmarks, and a token that it signed.
struct SampleToken {
    let token: [UInt8]
    let provider: TrustedProvider
    let key: SigningKey
    let algorithm: SignatureAlgorithm
    /// Time at which the token is valid.
    let now = Timestamp(seconds: 1_767_225_700)

    init(_ kind: KeyKind, _ algorithm: SignatureAlgorithm, payload: [UInt8] = samplePayload) throws {
        key = try SigningKey.generate(kind)
        self.algorithm = algorithm
        token = try SampleToken.sign(payload, with: key, algorithm)
        let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
        let type =
            kind == .rsa
            ? "\"kty\":\"RSA\"" : "\"kty\":\"\(kind == .ed25519 ? "OKP" : "EC")\",\"crv\":\"\(kind.rawValue)\""
        let keys = try KeySet(Array("{\(type),\(parameters.joined(separator: ",")),\"kid\":\"k1\"}".utf8))
        guard let id = ProviderID("acme") else { throw UnexpectedResultError() }
        var provider = TrustedProvider(id: id, issuer: "https://acme.okta.example/oauth2/default", keys: keys)
        provider.audiences = ["api://gatehouse"]
        self.provider = provider
    }

    /// Returns another token signed by the key.
    func sign(_ payload: [UInt8]) throws -> [UInt8] { try SampleToken.sign(payload, with: key, algorithm) }

    private static func sign(
        _ payload: [UInt8], with key: SigningKey, _ algorithm: SignatureAlgorithm
    ) throws -> [UInt8] {
        let header = "{\"alg\":\"\(algorithm.rawValue)\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        return Array((signed + "." + Base64URL.encode(try key.sign(Array(signed.utf8), algorithm))).utf8)
    }

    /// Returns a permit that the token's claims earn through a rule.
    func permit(_ permission: Permission, in organization: OrganizationID) throws -> Permit {
        let verified = try BearerTokenVerifier([provider], cacheSize: 0).verify(token.span, at: now)
        let row = Mapping(
            id: "file:1", rank: 1, claimName: "groups", match: .glob, claimValue: "soc-*",
            role: permission == .writeInventory ? .publisher : .manager)
        let rules = OrganizationRules(
            id: organization, providers: [provider.id], strategy: .firstMatch, mappings: [row])
        let entitlement = Entitlement(of: verified, in: rules, emailTrust: EmailTrust())
        guard case .permit(let permit) = entitlement.decide(permission) else {
            throw UnexpectedResultError()
        }
        return permit
    }
}

struct UnexpectedResultError: Error {}

func benchmarkTokens() throws {
    for (kind, algorithm) in [(KeyKind.rsa, SignatureAlgorithm.rs256), (.p256, .es256), (.ed25519, .edDSA)] {
        let sample = try SampleToken(kind, algorithm)
        let token = sample.token
        print("\(algorithm.rawValue), a token of \(token.count) bytes")
        let jws = try CompactJWS(token.span, expecting: .claims)
        let context = try VerificationContext(sample.key.verificationKey(), algorithm)
        let signed = Array(token[..<jws.signedLength])
        report(
            "  signature alone", nanosecondsPerCall { consume(context.isValid(jws.signature.span, for: signed.span)) })
        let anew = BearerTokenVerifier([sample.provider], cacheSize: 0)
        report("  verified", try nanosecondsPerCall { consume(try anew.verify(token.span, at: sample.now)) })
        let cached = BearerTokenVerifier([sample.provider], cacheSize: 10_000)
        report("  cached", try nanosecondsPerCall { consume(try cached.verify(token.span, at: sample.now)) })
    }
}
