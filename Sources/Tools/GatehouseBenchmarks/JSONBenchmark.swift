import Foundation
import JSON

/// A token payload of 800 bytes, as from a provider with many claims.
let samplePayload: [UInt8] = {
    let groups = (1...26).map { "\"soc-analysts-\($0)\"" }.joined(separator: ",")
    let text = """
        {"iss":"https://acme.okta.example/oauth2/default","sub":"00u1abcdefGHIJKLmn4x7","aud":["api://gatehouse"],\
        "iat":1767225600,"exp":1767229200,"auth_time":1767225500,"jti":"AT.0mP-JKIZX1iACIT4vbEDF7Lp",\
        "azp":"0oa1","email":"analyst@acme.example","email_verified":true,"name":"Ana Maria Lyst-Sommerfield","scp":["openid"],\
        "acr":"phr","groups":[\(groups)]}
        """
    return Array(text.utf8)
}()

/// The payload's structure, for Foundation's decoder.
private struct SampleClaims: Decodable {
    enum CodingKeys: String, CodingKey {
        case iss, sub, aud, iat, exp, jti, azp, email, name, scp, acr, groups
        case authTime = "auth_time"
        case isEmailVerified = "email_verified"
    }

    let iss: String, sub: String, aud: [String], iat: Double, exp: Double, authTime: Double, jti: String, azp: String
    let email: String, isEmailVerified: Bool, name: String, scp: [String], acr: String, groups: [String]
}

func benchmarkJSON() throws {
    print("JSON, a payload of \(samplePayload.count) bytes")
    report("  JSONDocument", try nanosecondsPerCall { consume(try JSONDocument(parsing: samplePayload)) })
    let data = Data(samplePayload)
    let decoder = JSONDecoder()
    report(
        "  Foundation's JSONDecoder",
        try nanosecondsPerCall { consume(try decoder.decode(SampleClaims.self, from: data)) })
    let document = try JSONDocument(parsing: samplePayload)
    report("  looking up the last member", nanosecondsPerCall { consume(document.root.member("groups")?.count) })
}
