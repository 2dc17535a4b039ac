import Cryptography
import JSON
import Time

/// A test provider: one key, and tokens signed with it.
struct SignedTokens {
    let key: SigningKey

    init() throws {
        key = try SigningKey.generate(.p256)
    }

    var jwks: String {
        get throws {
            let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
            return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\(parameters.joined(separator: ","))}]}"
        }
    }

    func token(payload: [UInt8], header: String = #"{"alg":"ES256","kid":"k"}"#) throws -> String {
        let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(payload))"
        return "\(signed).\(Base64URL.encode(try key.sign(Array(signed.utf8), .es256)))"
    }

    /// Creates a token that is valid at ``CommandLineCall/now``, with further claims, each written as `"name":value,`.
    func token(_ claims: String = "") throws -> String {
        let now = CommandLineCall.now.seconds
        return try token(
            payload: Array(
                #"{\#(claims)"iss":"https://idp.example","sub":"someone","aud":"api","iat":\#(now - 60),"exp":\#(now + 600)}"#
                    .utf8))
    }

    func configuration(in workspace: Workspace, mappings more: String = "") throws -> String {
        _ = workspace.file("keys.json", try jwks)
        return workspace.file(
            "gatehouse.jsonc",
            #"""
            {
              "public_url": "https://a.example", "listen": "127.0.0.1:1", "storage": "sqlite:g.db",
              "providers": [{"id": "idp", "issuer": "https://idp.example", "audiences": ["api"], "keys": "keys.json"},
                            {"id": "other", "issuer": "https://other.example", "audiences": ["api"]}],
              "organizations": [
                {"id": "acme", "providers": ["idp"], "claim_mappings": [
                  {"claim_name": "groups", "claim_value": "leads", "role": "organization-manager"},
                  {"claim_name": "groups", "claim_value": "soc-*", "match": "glob", "role": "organization-viewer"},
                  \#(more)]},
                {"id": "globex", "providers": ["other"]},
              ]
            }
            """#)
    }
}
