import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@Suite("Userinfo and unknown claims")
struct UserinfoTests {
    private func renewed(
        _ claims: VerifiedClaims, _ info: String?, after seconds: Int64 = 900
    ) throws -> VerifiedClaims {
        try claims.renewed(
            byUserinfo: info.map(json), keepingFor: .seconds(3600),
            at: Timestamp(seconds: TokenMint.now.seconds + seconds))
    }

    // MARK: Adding

    @Test(
        "userinfo can state that the token's address is not verified, but not that it is",
        arguments: [
            ("false", "someone@acme.com", "false"), ("\"no\"", "SomeOne@acme.com", "\"no\""),
            ("true", "someone@acme.com", nil),
            ("\"true\"", "someone@acme.com", nil), ("false", "other@acme.com", nil),
        ] as [(String, String, String?)])
    func verification(said: String, of address: String, becomes result: String?) throws {
        let known = try claims(["email": "\"someone@acme.com\"", "email_verified": nil])
        let info = try json("{\"sub\":\"someone\",\"email\":\"\(address)\",\"email_verified\":\(said)}")
        #expect(try known.adding(userinfo: info).payload.member("email_verified")?.text == result)
    }

    @Test("userinfo adds claims and replaces none, and never changes the token's own claims")
    func adds() throws {
        let known = try claims(["groups": "[\"a\"]"])
        let info = try json(
            "{\"sub\":\"someone\",\"groups\":[\"b\"],\"department\":\"soc\",\"iss\":\"x\",\"sid\":\"s\"}")
        let all = try known.adding(userinfo: info)
        #expect(all.payload.member("groups")?.text == "[\"a\"]")
        #expect(all.payload.member("department")?.string == "soc")
        #expect(all.payload.member("iss")?.string == "https://idp.example")
        #expect(all.providerSession == nil)
        #expect(all.unknown.isEmpty && all.keptSince == nil)
    }

    @Test(
        "userinfo of another subject is discarded",
        arguments: [
            ("{\"sub\":\"other\"}", .otherSubject), ("{}", .malformed), ("[]", .malformed), ("{\"sub\":7}", .malformed),
            ("{\"sub\":\"someone\\u0000\"}", .otherSubject),
        ] as [(String, UserinfoError)])
    func otherSubject(text: String, fault: UserinfoError) throws {
        #expect(throws: fault) { try claims().adding(userinfo: json(text)) }
        #expect(throws: fault) { try renewed(claims(), text) }
    }

    @Test("email and email_verified come from one source")
    func email() throws {
        let fromToken = try claims(["email": "\"a@x.example\""])
        let info = try json("{\"sub\":\"someone\",\"email\":\"b@x.example\",\"email_verified\":true}")
        let first = try fromToken.adding(userinfo: info).payload
        #expect(first.member("email")?.string == "a@x.example")
        #expect(first.member("email_verified") == nil)

        let verifiedAlone = try claims(["email_verified": "true"])
        let unverified = try json("{\"sub\":\"someone\",\"email\":\"b@x.example\"}")
        let second = try verifiedAlone.adding(userinfo: unverified).payload
        #expect(second.member("email")?.string == "b@x.example")
        #expect(second.member("email_verified") == nil)

        let both = try claims(["email": "\"a@x.example\"", "email_verified": "true"])
        let third = try renewed(both, "{\"sub\":\"someone\",\"email\":\"b@x.example\"}").payload
        #expect(third.member("email")?.string == "b@x.example" && third.member("email_verified") == nil)
        let fourth = try renewed(both, "{\"sub\":\"someone\",\"email_verified\":false}").payload
        #expect(fourth.member("email")?.string == "a@x.example" && fourth.member("email_verified")?.boolean == true)
        let fifth = try renewed(fromToken, "{\"sub\":\"someone\",\"email_verified\":true}").payload
        #expect(fifth.member("email")?.string == "a@x.example" && fifth.member("email_verified") == nil)
    }

    // MARK: Renewing

    @Test("a renewal keeps claims of the ID token that userinfo lacks; after claims_lifetime they are unknown")
    func renewal() throws {
        let old = try claims(["groups": "[\"a\"]", "department": "\"soc\"", "sid": "\"s\""])
        let new = try renewed(old, "{\"sub\":\"someone\",\"groups\":[],\"exp\":9}")
        #expect(new.payload.member("groups")?.text == "[]")
        #expect(new.payload.member("department")?.string == "soc")
        #expect(new.providerSession == "s")
        #expect(new.payload.member("exp")?.integer == 1_800_000_600)
        #expect(new.unknown.isEmpty && new.keptSince == TokenMint.now)

        for info in ["{\"sub\":\"someone\",\"groups\":[]}", nil] {
            let late = try renewed(new, info, after: 3600)
            #expect(late.payload.member("department") == nil)
            #expect(late.known.isUnknown("department") && late.unknown.hasLapsed && late.keptSince == nil)
            // Userinfo supplied the claim earlier and does not now, so it is absent.
            #expect(!late.known.isUnknown("groups"))
            #expect(late.providerSession == "s" && late.providerSubject == "someone")
            // A claim that userinfo supplies later is known again.
            let later = try renewed(late, "{\"sub\":\"someone\",\"department\":\"ops\"}", after: 4500)
            #expect(later.payload.member("department")?.string == "ops" && !later.known.isUnknown("department"))
        }
    }

    @Test("a renewal drops claims of an earlier userinfo that the new one lacks")
    func earlierUserinfo() throws {
        let first = try claims().adding(userinfo: json("{\"sub\":\"someone\",\"groups\":[\"a\"]}"))
        let second = try renewed(first, "{\"sub\":\"someone\"}")
        #expect(second.payload.member("groups") == nil && !second.known.isUnknown("groups"))
    }

    // MARK: Unknown

    @Test(
        "claims that the provider left out stay unknown at renewals without an ID token, whichever source announced them",
        arguments: [
            (["_claim_names": "{\"groups\":\"a\"}"], "{\"sub\":\"someone\"}"),
            (["hasgroups": "true"], "{\"sub\":\"someone\"}"),
            ([:], "{\"sub\":\"someone\",\"_claim_names\":{\"groups\":\"a\"}}"),
            (["_claim_names": "{}", "hasgroups": "false"], "{\"sub\":\"someone\",\"hasgroups\":true}"),
            (["_claim_names": "{}"], "{\"sub\":\"someone\",\"_claim_names\":{\"groups\":\"a\"}}"),
        ] as [([String: String?], String)])
    func leftOut(changes: [String: String?], info: String) throws {
        let first = try claims(changes).adding(userinfo: json(info))
        let second = try renewed(first, "{\"sub\":\"someone\",\"hasgroups\":false}", after: 900)
        let third = try renewed(second, "{\"sub\":\"someone\",\"groups\":[\"a\"]}", after: 7200)
        for claims in [first, second, third] {
            #expect(claims.known.isUnknown("groups") && claims.unknown.leavesOut("groups"))
            #expect(!claims.known.isUnknown("sub"))
        }
    }

    @Test("if userinfo was not obtained, absent claims are unknown until an ID token supplies them")
    func missing() throws {
        let first = try claims(["groups": "[]"]).lackingUserinfo()
        #expect(first.known.isUnknown("department") && !first.known.isUnknown("groups"))
        #expect(first.unknown.isUserinfoMissing)
        let second = try renewed(first, "{\"sub\":\"someone\",\"department\":\"soc\"}")
        #expect(second.known.isUnknown("department") && second.payload.member("department")?.string == "soc")
        #expect(second.known.isUnknown("title") && !second.known.isUnknown("groups"))
    }

    // MARK: Sealed

    @Test("unknown claims stay unknown after sealing")
    func sealing() throws {
        let box = try SealedBox(keys: [RandomBytes.make(32)])
        let first = try claims(["hasgroups": "true", "name": "\"a\\nb\"", "line\\nbreak": "1"])
        for claims in [
            first, first.lackingUserinfo(), try renewed(first, "{\"sub\":\"someone\",\"x\":1}"),
            try renewed(first, "{\"sub\":\"someone\",\"x\":1}", after: 3600),
        ] {
            let restored = try VerifiedClaims(
                opening: claims.sealed(in: box, for: [1]), with: box, for: [1])
            #expect(restored.unknown == claims.unknown)
            #expect(restored.keptSince == claims.keptSince)
            #expect(restored.document.bytes == claims.document.bytes)
            let info = "{\"sub\":\"someone\"}"
            #expect(try renewed(restored, info).document.bytes == renewed(claims, info).document.bytes)
        }
    }

    @Test("claims that an earlier version sealed are never treated as complete")
    func unrecorded() throws {
        let box = try SealedBox(keys: [RandomBytes.make(32)])
        let about = """
            {"provider":"idp","issuer":"https://idp.example","subject":"someone","from":0,"until":1,"header_length":2}
            """
        let plain = Array("\(about)\n{}{\"sub\":\"someone\",\"groups\":[\"a\"],\"hasgroups\":true}".utf8)
        let sealed = try box.seal(plain, context: Array("gatehouse verified claims 1".utf8) + [1])
        let claims = try VerifiedClaims(opening: sealed, with: box, for: [1])
        #expect(claims.identity.subject.text == "someone")
        #expect(claims.known.isUnknown("department") && claims.known.isUnknown("groups"))
        #expect(claims.keptSince == Timestamp(seconds: 0))
        // The new encoding cannot be opened as the old one, nor the old as the new.
        let other = try box.seal(plain, context: Array("gatehouse verified claims 2".utf8) + [1])
        #expect(throws: CryptographyError.self) { try VerifiedClaims(opening: other, with: box, for: [1]) }
    }
}
