import ClaimMapping
import Cryptography
import Identities
import Policy
import Time
import Tokens

/// Obtains permits as users do: with a signed token, a rule that maps it, and a policy decision.
struct PermitMint {
    struct Refused: Error {}

    private let key: SigningKey
    private let verifier: BearerTokenVerifier

    init() throws {
        key = try SigningKey.generate(.ed25519)
        let x = try key.publicParameters().map { Base64URL.encode($0.bytes) }.joined()
        let keys = try KeySet(Array("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\(x)\"}".utf8))
        guard let id = ProviderID("idp") else { throw Refused() }
        var provider = TrustedProvider(id: id, issuer: "https://idp.example", keys: keys)
        provider.audiences = ["api"]
        verifier = BearerTokenVerifier([provider], cacheSize: 0)
    }

    func permit(_ permission: Permission, in organization: OrganizationID) throws -> Permit {
        let claims = "{\"iss\":\"https://idp.example\",\"sub\":\"s\",\"aud\":\"api\",\"iat\":1000,\"exp\":2000}"
        let signed = Base64URL.encode(Array("{\"alg\":\"EdDSA\"}".utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        let token = Array((try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), .edDSA))).utf8)
        let verified = try verifier.verify(token.span, at: Timestamp(seconds: 1500))
        let role = Role.allCases.first { $0.permissions.contains(permission) } ?? .manager
        let row = Mapping(id: "file:1", rank: 1, claimName: "sub", match: .equals, claimValue: "s", role: role)
        let rules = OrganizationRules(id: organization, providers: [.idp], strategy: .firstMatch, mappings: [row])
        let entitlement = Entitlement(of: verified, in: rules, emailTrust: EmailTrust())
        guard case .permit(let permit) = entitlement.decide(permission) else {
            throw Refused()
        }
        return permit
    }
}
