import GatehouseTesting
import Identities
import JSON
import Testing
import Tokens

@testable import ClaimMapping

/// One rule, the claims, and the expected verdict.
private struct Case: Sendable {
    let claim: String
    var match = Match.equals
    var value = ""
    var split: Unicode.Scalar?
    let claims: String
    let verdict: Verdict
    var isNear = false
    var trusted: [String] = []
}

private let values = [
    Case(claim: "team", value: "soc", claims: #"{"team":"soc"}"#, verdict: .matched),
    Case(claim: "team", value: "soc", claims: #"{"team":"other"}"#, verdict: .noMatch),
    Case(claim: "team", value: "soc", claims: #"{}"#, verdict: .claimAbsent),
    Case(claim: "team", value: "soc", claims: #"{"team":null}"#, verdict: .claimAbsent),
    Case(claim: "team", value: "soc", claims: #"{"team":"SOC"}"#, verdict: .noMatch, isNear: true),
    Case(claim: "team", value: "soc", claims: #"{"team":" s o c\n"}"#, verdict: .noMatch, isNear: true),
    Case(claim: "team", value: "soc", claims: #"{"team":["x","Soc"]}"#, verdict: .noMatch, isNear: true),
    Case(claim: "team", value: "soc", claims: #"{"team":["x","soc"]}"#, verdict: .matched),
    Case(claim: "team", value: "soc", claims: #"{"team":[["soc"],{"a":"soc"},null]}"#, verdict: .noMatch),
    Case(claim: "team", value: "soc", claims: #"{"team":[]}"#, verdict: .noMatch),
    Case(claim: "team", value: "soc", claims: #"{"team":{"soc":true}}"#, verdict: .noMatch),
    Case(claim: "team", value: "soc", claims: #"{"team":"\u0073oc"}"#, verdict: .matched),
    Case(claim: "level", value: "7", claims: #"{"level":7}"#, verdict: .matched),
    Case(claim: "level", value: "7", claims: #"{"level":7.0}"#, verdict: .noMatch),
    Case(claim: "level", value: "7", claims: #"{"level":[1,7]}"#, verdict: .matched),
    Case(claim: "admin", value: "true", claims: #"{"admin":true}"#, verdict: .matched),
    Case(claim: "admin", value: "null", claims: #"{"admin":null}"#, verdict: .claimAbsent),
    Case(claim: "admin", match: .exists, claims: #"{"admin":false}"#, verdict: .matched),
    Case(claim: "admin", match: .exists, claims: #"{"admin":{}}"#, verdict: .matched),
    Case(claim: "admin", match: .exists, claims: #"{"admin":null}"#, verdict: .claimAbsent),
    Case(claim: "admin", match: .exists, claims: #"{}"#, verdict: .claimAbsent),
    Case(claim: "team", match: .glob, value: "soc-*", claims: #"{"team":"soc-"}"#, verdict: .matched),
    Case(claim: "team", match: .glob, value: "soc-*", claims: #"{"team":"xsoc-a"}"#, verdict: .noMatch),
    Case(
        claim: "team", match: .glob, value: "soc-*", claims: #"{"team":["a","SOC-a"]}"#, verdict: .noMatch, isNear: true
    ),
    Case(claim: "level", match: .glob, value: "4?", claims: #"{"level":42}"#, verdict: .matched),
]

private let parts = [
    Case(claim: "memberof", value: "soc", split: ",", claims: #"{"memberof":"a, soc ,b"}"#, verdict: .matched),
    Case(claim: "memberof", value: "soc", split: " ", claims: #"{"memberof":"a  soc"}"#, verdict: .matched),
    Case(claim: "memberof", value: "soc", split: ",", claims: #"{"memberof":["a","b,\tsoc\r\n"]}"#, verdict: .matched),
    Case(claim: "memberof", value: "soc", split: ",", claims: #"{"memberof":"asoc,socb"}"#, verdict: .noMatch),
    Case(claim: "memberof", value: "a,soc", split: ",", claims: #"{"memberof":"a,soc"}"#, verdict: .noMatch),
    Case(claim: "memberof", value: "soc", claims: #"{"memberof":"a,soc"}"#, verdict: .noMatch),
    Case(
        claim: "memberof", value: "Soc", split: ",", claims: #"{"memberof":"a,soc"}"#, verdict: .noMatch, isNear: true),
    Case(claim: "memberof", match: .glob, value: "*", split: ",", claims: #"{"memberof":" , "}"#, verdict: .noMatch),
    Case(
        claim: "memberof", match: .glob, value: "s?c", split: "é", claims: #"{"memberof":"aésoc"}"#, verdict: .matched),
    Case(claim: "level", value: "7", split: ",", claims: #"{"level":7}"#, verdict: .matched),
    Case(claim: "/groups/*/name", value: "b", claims: #"{"groups":[{"name":"a"},{"name":"b"}]}"#, verdict: .matched),
    Case(claim: "/groups/*/name", value: "b", claims: #"{"groups":[{"name":["a","b"]}]}"#, verdict: .matched),
    Case(claim: "/groups/*/name", value: "c", claims: #"{"groups":[{"name":"a"},7]}"#, verdict: .noMatch),
    Case(claim: "/groups/*/name", value: "c", claims: #"{"groups":[]}"#, verdict: .claimAbsent),
    Case(claim: "/groups/*/name", value: "c", claims: #"{"hasgroups":true}"#, verdict: .claimIncomplete),
    Case(claim: "/groups/*/name", match: .exists, claims: #"{"groups":[{"name":null}]}"#, verdict: .claimAbsent),
    Case(claim: "/groups/*/name", match: .exists, claims: #"{"groups":[{"name":null},{"name":0}]}"#, verdict: .matched),
    Case(claim: "/groups/*/name", value: "b", claims: #"{"groups":{"*":{"name":"b"}}}"#, verdict: .matched),
    Case(claim: "/groups/*/name", value: "b", claims: #"{"groups":{"x":{"name":"b"}}}"#, verdict: .claimAbsent),
    Case(claim: "/groups/**/name", value: "b", claims: #"{"groups":[{"name":"b"}]}"#, verdict: .claimAbsent),
    Case(claim: "/a/*/b/*", value: "z", claims: #"{"a":[{"b":["x"]},{"b":["y","z"]}]}"#, verdict: .matched),
    Case(claim: "/email/*", value: "a@b", claims: #"{"email":["a@b"],"email_verified":true}"#, verdict: .claimAbsent),
]

private let names = [
    Case(claim: "https://acme.com/roles", value: "a", claims: #"{"https://acme.com/roles":"a"}"#, verdict: .matched),
    Case(claim: "/realm/roles", value: "a", claims: #"{"realm":{"roles":["b","a"]}}"#, verdict: .matched),
    Case(claim: "/realm/roles/0", value: "a", claims: #"{"realm":{"roles":["b","a"]}}"#, verdict: .noMatch),
    Case(claim: "/realm/roles", value: "a", claims: #"{"/realm/roles":"b","realm":{"roles":"a"}}"#, verdict: .noMatch),
    Case(claim: "/a~1b/~0", value: "x", claims: #"{"a/b":{"~":"x"}}"#, verdict: .matched),
    Case(claim: "/a~2", value: "x", claims: #"{"a~2":"x"}"#, verdict: .claimAbsent),
    Case(claim: "realm.roles", value: "a", claims: #"{"realm":{"roles":"a"}}"#, verdict: .claimAbsent),
    Case(claim: "groups", value: "a", claims: #"{"_claim_names":{"groups":"s"}}"#, verdict: .claimIncomplete),
    Case(claim: "/groups/0", value: "a", claims: #"{"_claim_names":{"groups":"s"}}"#, verdict: .claimIncomplete),
    Case(claim: "groups", value: "a", claims: #"{"hasgroups":true}"#, verdict: .claimIncomplete),
    Case(claim: "groups", value: "a", claims: #"{"hasgroups":false}"#, verdict: .claimAbsent),
    Case(claim: "groups", value: "a", claims: #"{"hasgroups":true,"groups":["a"]}"#, verdict: .matched),
    Case(claim: "groups", value: "a", claims: #"{"hasgroups":true,"groups":["b"]}"#, verdict: .claimIncomplete),
    Case(claim: "team", value: "a", claims: #"{"hasgroups":true}"#, verdict: .claimAbsent),
]

private let addresses = [
    Case(
        claim: "email", value: "A@ACME.com", claims: #"{"email":"a@acme.COM","email_verified":true}"#, verdict: .matched
    ),
    Case(
        claim: "/email", value: "A@acme.com", claims: #"{"email":"a@acme.com","email_verified":true}"#,
        verdict: .matched),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":false}"#,
        verdict: .emailUnverified),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":"true"}"#,
        verdict: .matched),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":"True"}"#,
        verdict: .emailUnverified),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":1}"#,
        verdict: .emailUnverified, trusted: ["acme.com"]),
    // An address is never split.
    Case(
        claim: "email", value: "ceo@acme.com", split: ",", claims: #"{"email":"x,ceo@acme.com","email_verified":true}"#,
        verdict: .noMatch),
    Case(claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com"}"#, verdict: .emailUnverified),
    Case(claim: "/email", value: "a@acme.com", claims: #"{"email":"a@acme.com"}"#, verdict: .emailUnverified),
    Case(claim: "email", match: .exists, claims: #"{"email":"a@acme.com"}"#, verdict: .emailUnverified),
    Case(
        claim: "email", match: .glob, value: "*@acme.com", claims: #"{"email":"a@ACME.com","email_verified":true}"#,
        verdict: .matched),
    Case(
        claim: "email", match: .glob, value: "*@acme.com", claims: #"{"email":"a@b@acme.com","email_verified":true}"#,
        verdict: .noMatch),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":["a@acme.com"],"email_verified":true}"#,
        verdict: .noMatch),
    Case(claim: "email", value: "acme", claims: #"{"email":"acme","email_verified":true}"#, verdict: .noMatch),
    Case(claim: "email", value: "a@acme.com", claims: #"{"email":null,"email_verified":true}"#, verdict: .claimAbsent),
    Case(
        claim: "email", value: "k@acme.com", claims: #"{"email":"\u212a@acme.com","email_verified":true}"#,
        verdict: .noMatch, isNear: true),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com"}"#, verdict: .matched,
        trusted: ["ACME.com"]),
    Case(
        claim: "email", value: "a@x.com", claims: #"{"email":"a@x.com"}"#, verdict: .emailUnverified,
        trusted: ["acme.com"]),
    Case(
        claim: "email", value: "a@sub.acme.com", claims: #"{"email":"a@sub.acme.com"}"#, verdict: .emailUnverified,
        trusted: ["acme.com"]),
    Case(
        claim: "email", value: "acme.com@", claims: #"{"email":"acme.com@"}"#, verdict: .emailUnverified,
        trusted: ["acme.com"]),
    Case(
        claim: "email", match: .glob, value: "*", claims: #"{"email":"a@a\u212ame.com"}"#, verdict: .emailUnverified,
        trusted: ["akme.com"]),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":false}"#,
        verdict: .emailUnverified, trusted: ["acme.com"]),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"a@acme.com","email_verified":null}"#,
        verdict: .emailUnverified, trusted: ["acme.com"]),
    Case(
        claim: "/email/0", value: "a@acme.com", claims: #"{"email":["a@acme.com"],"email_verified":true}"#,
        verdict: .claimAbsent),
    Case(claim: "/email/value", match: .exists, claims: #"{"email":{"value":"a@acme.com"}}"#, verdict: .claimAbsent),
    Case(
        claim: "email", value: "a@acme.com", claims: #"{"email":"b@acme.com","_claim_names":{"email":"s"}}"#,
        verdict: .claimIncomplete),
    Case(
        claim: "email", value: "a@acme.com",
        claims: #"{"email":"a@acme.com","_claim_names":{"email_verified":"s"}}"#, verdict: .emailUnverified,
        trusted: ["acme.com"]),
    Case(claim: "mail", value: "A@acme.com", claims: #"{"mail":"a@acme.com"}"#, verdict: .noMatch, isNear: true),
    Case(claim: "/user/email", value: "a@acme.com", claims: #"{"user":{"email":"a@acme.com"}}"#, verdict: .matched),
]

@Suite struct RowTests {
    private func check(_ row: Case) throws {
        let mapping = Mapping(
            id: "file:1", rank: 1, claimName: row.claim, match: row.match, claimValue: row.value, split: row.split,
            role: .manager)
        let id = try #require(OrganizationID("acme"))
        let rules = OrganizationRules(id: id, providers: [.idp], strategy: .firstMatch, mappings: [mapping])
        let claims = try JSONDocument(parsing: Array(row.claims.utf8)).root
        let trust = EmailTrust(domains: row.trusted)
        let explanation = rules.explain(KnownClaims(claims), from: .idp, emailTrust: trust)
        #expect(explanation.rows.first?.verdict == row.verdict, "\(row.claim) \(row.claims)")
        #expect(explanation.rows.first?.isNearMiss == row.isNear, "\(row.claim) \(row.claims)")
        #expect(explanation.evaluation == rules.evaluate(KnownClaims(claims), from: .idp, emailTrust: trust))
        #expect((explanation.evaluation.role == .manager) == (row.verdict == .matched))
    }

    @Test("values", arguments: values.indices) func value(_ index: Int) throws { try check(values[index]) }
    @Test("parts of split strings, and elements of lists", arguments: parts.indices)
    func part(_ index: Int) throws { try check(parts[index]) }

    @Test(
        "an unverified address has a detail that states why",
        arguments: [
            ("", "absent"), (#","email_verified":false"#, "false"), (#","email_verified":"false""#, "false"),
            (#","email_verified":"yes""#, "neither true nor false, but of type string"),
            (#","email_verified":1"#, "neither true nor false, but of type number"),
            (#","email_verified":null"#, "neither true nor false, but of type null"),
        ])
    func unverified(_ member: String, _ words: String) throws {
        let mapping = Mapping(
            id: "file:1", rank: 1, claimName: "email", match: .equals, claimValue: "a@acme.com", role: .manager)
        let rules = OrganizationRules(
            id: try #require(OrganizationID("acme")), providers: [.idp], strategy: .firstMatch, mappings: [mapping])
        let claims = try JSONDocument(parsing: Array(#"{"email":"a@acme.com"\#(member)}"#.utf8)).root
        let explanation = rules.explain(KnownClaims(claims), from: .idp, emailTrust: EmailTrust())
        #expect(explanation.evaluation.reason == .emailUnverified)
        #expect(explanation.detail?.contains(words) == true, "\(explanation.detail ?? "")")
        #expect(explanation.lines.joined(separator: "\n").contains(words))
    }

    @Test("names and pointers", arguments: names.indices) func name(_ index: Int) throws { try check(names[index]) }
    @Test("email addresses", arguments: addresses.indices) func address(_ index: Int) throws {
        try check(addresses[index])
    }

    @Test(
        "a glob matches whole values only",
        arguments: [
            ("*", "", true), ("", "", true), ("", "a", false), ("?", "ä", true), ("?", "", false), ("a*", "ba", false),
            ("*a", "ba", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("**", "x", true),
            ("[a]", "a", false),
            ("[a]", "[a]", true), ("a?c", "abc", true), ("a?c", "ac", false), ("*.*", "a.b", true),
            ("\\*", "\\x", true),
        ])
    func globs(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }

    @Test("globs match by their definition, whatever characters they contain")
    func defined() {
        /// A match by exhaustive search.
        func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return (text.startIndex...text.endIndex).contains { matches(pattern.dropFirst(), text[$0...]) }
            }
            return !text.isEmpty && (first == "?" || first == text.first)
                && matches(pattern.dropFirst(), text.dropFirst())
        }
        var random = SplitMix(state: 11)
        let letters: [Unicode.Scalar] = ["a", "b", "ä", "€", "😀"]
        let signs = letters + ["*", "*", "?"]
        var gist = TextSummary()
        for _ in 0..<20_000 {
            let pattern = (0..<random.next(below: 8)).map { _ in signs[random.next(below: signs.count)] }
            let text = (0..<random.next(below: 9)).map { _ in letters[random.next(below: letters.count)] }
            let (written, read) = (
                String(String.UnicodeScalarView(pattern)), String(String.UnicodeScalarView(text))
            )
            let (glob, expected) = (Glob(written), matches(pattern[...], text[...]))
            #expect(glob.matches(read) == expected, "\(written) \(read)")
            gist.take(read.utf8Span.span)
            #expect(gist.mayMatch(glob.needs) || !expected, "\(written) \(read)")
        }
    }

    @Test("long pieces are found at any position", arguments: [63, 64, 65, 127, 128, 129, 1000])
    func long(_ length: Int) {
        let piece = String(repeating: "ab?", count: length / 3) + String(repeating: "c", count: length % 3)
        let text = String(repeating: "abx", count: length / 3) + String(repeating: "c", count: length % 3)
        for before in ["", "a", "ab", "ääb"] {
            #expect(Glob("*\(piece)*").matches(before + text + "z"))
            #expect(!Glob("*\(piece)d*").matches(before + text + "z"))
        }
    }

    @Test(
        "a pattern that would be slow to backtrack is matched quickly",
        arguments: [
            String(repeating: "*a", count: 500) + "b", "*" + String(repeating: "a", count: 1000) + "b*",
            "*" + String(repeating: "?", count: 1000) + "b*",
        ])
    func hostile(_ pattern: String) {
        let text = String(repeating: "a", count: 11_000)
        let glob = Glob(pattern)
        let clock = ContinuousClock()
        let spent = clock.measure { for _ in 0..<20 { #expect(!glob.matches(text)) } }
        #expect(spent < .seconds(5))
    }
}
