import GatehouseTesting
import Identities
import JSON
import Testing

@testable import ClaimMapping

@Suite("The claims that decisions need")
struct NeededClaimsTests {
    private func areMissing(_ names: String..., in claims: String) throws -> Bool {
        var needed = NeededClaims()
        needed.insert(
            claimsOf: names.map {
                Mapping(id: "m", rank: 1, claimName: $0, match: .exists, claimValue: "", role: .viewer)
            })
        return needed.areMissing(in: try JSONDocument(parsing: Array(claims.utf8)).root)
    }

    @Test(
        "are missing if the claim that a rule addresses is not there",
        arguments: [
            ("groups", #"{"groups":[]}"#, false), ("groups", #"{"groups":null}"#, false), ("groups", "{}", true),
            ("groups", #"{"Groups":[]}"#, true), ("/realm/roles", #"{"realm":{"roles":[]}}"#, false),
            ("/realm/roles", #"{"realm":{}}"#, true), ("/realm/roles", #"{"/realm/roles":1}"#, false),
            ("/groups/*/name", #"{"groups":[{"name":"a"}]}"#, false), ("/groups/*/name", #"{"groups":[]}"#, true),
            ("/email", #"{"email":"a@b"}"#, false), ("/email/0", #"{"email":["a@b"]}"#, true),
            // The two spellings of one letter are two names.
            ("caf\u{E9}", "{\"cafe\u{301}\":1}", true), ("caf\u{E9}", "{\"caf\u{E9}\":1}", false),
        ])
    func paths(name: String, claims: String, expected: Bool) throws {
        #expect(try areMissing(name, in: claims) == expected)
    }

    @Test("are missing if one of several is, and never if none is needed")
    func several() throws {
        #expect(try areMissing("groups", "team", in: #"{"groups":[]}"#))
        #expect(try !areMissing("groups", "team", "groups", in: #"{"groups":[],"team":""}"#))
        #expect(try !areMissing(in: "{}"))
        #expect(NeededClaims(["/a"]).areMissing(in: try JSONDocument(parsing: Array(#"{"a":1}"#.utf8)).root))
    }
}
