import Audit
import ClaimMapping
import Cryptography
import Databases
import Grants
import Identities
import Policy
import Time
import Tokens

/// Measures a decision for a token with two hundred groups, in an organization with ten thousand grants. There are a
/// thousand rules that compare one value each, or a hundred patterns. The patterns are typical, or have only
/// characters, or only pairs of characters, of every group, which no prefilter excludes. Only the last rule matches, so
/// all of them are evaluated.
func benchmarkDecisions() throws {
    guard let id = OrganizationID("acme") else { throw UnexpectedResultError() }
    let groups = (1...200).map { "\"group-\($0)-of-some-length\"" }.joined(separator: ",")
    let sample = try SampleToken(
        .ed25519, .edDSA,
        payload: Array(
            """
            {"iss":"https://acme.okta.example/oauth2/default","sub":"00u1abcdefGHIJKLmn4x7","aud":["api://gatehouse"],\
            "iat":1767225600,"exp":1767229200,"email":"analyst@acme.example","email_verified":true,"groups":[\(groups)]}
            """.utf8))
    let claims = try BearerTokenVerifier([sample.provider], cacheSize: 0).verify(sample.token.span, at: sample.now)
    let grants = (0..<10_000).map { number in
        Grant(
            id: "g\(number)", organization: id,
            identity: Identity(issuer: "https://idp.example", subject: Subject("s\(number)")), email: nil,
            role: .viewer, source: .invitation, createdAt: sample.now)
    }
    print("Decisions: 200 groups, 10000 grants")
    let anagram = Array("emos-htgnel-fo")
    let cases: [(name: String, match: Match, count: Int, value: (Int) -> String)] = [
        ("equals", .equals, 1000, { $0 == 1000 ? "group-200-of-some-length" : "other-\($0)" }),
        ("glob", .glob, 100, { $0 % 2 == 0 ? "other-\($0)-*" : "*-other-\($0)-*" }),
        ("anagram glob", .glob, 100, { "*\(String(anagram[($0 % 14)...] + anagram[..<($0 % 14)]))*" }),
        // Every character and every pair of characters is in every group, in another order.
        ("hard glob", .glob, 100, { $0 % 2 == 0 ? "*-length*some*" : "*th*leng*of-so*" }),
    ]
    for (name, match, count, value) in cases {
        let rows = (1...count).map { number -> Mapping in
            let isLast = number == count && match == .glob
            return Mapping(
                id: "m\(number)", rank: number, claimName: "groups", match: match,
                claimValue: isLast ? "group-200-*" : value(number), role: .viewer)
        }
        let rules = OrganizationRules(id: id, providers: [sample.provider.id], strategy: .highestRole, mappings: [])
        let access = AccessSnapshot(grants: grants, suspensions: [], mappings: [id: PreparedRules(rows)])
        func decide() -> Entitlement {
            Entitlement(
                of: claims, in: rules.adding(access.mappings(of: id)), emailTrust: EmailTrust(),
                grants: access.roles(of: claims.identity, in: id),
                isSuspended: access.isSuspended(claims.identity, verifiedEmail: nil, in: id))
        }
        guard decide().mapping == "m\(count)" else { throw UnexpectedResultError() }
        report("  \(count) \(name) rules, first evaluation", nanosecondsPerCall { consume(decide()) })
        var cache = EntitlementCache()
        let owner = PreparedRules.none
        report(
            "  \(count) \(name) rules, cached claims",
            nanosecondsPerCall { consume(cache.entitlement(of: claims, in: owner, workingOut: decide)) })
    }
}
