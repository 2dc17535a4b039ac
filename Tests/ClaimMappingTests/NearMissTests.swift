import Identities
import JSON
import Testing

@testable import ClaimMapping

@Suite("Near misses")
struct NearMissTests {
    private func marked(_ value: String, _ wanted: String, _ match: Match) throws -> String? {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("groups")
        writer.beginArray()
        writer.string("another")
        writer.string(value)
        writer.endArray()
        writer.endObject()
        let values = try JSONDocument(parsing: writer.bytes).root
        let rule = Mapping(id: "r", rank: 1, claimName: "groups", match: match, claimValue: wanted, role: .viewer)
        return rule.nearMiss(among: values)?.parts.map { $0.isDifferent ? "[\($0.text)]" : $0.text }.joined()
    }

    @Test(
        "the characters that differ from the rule's value are marked",
        arguments: [
            ("Acme-SOC-emea", "acme-soc-emea", "[A]cme-[SOC]-emea"), ("acme ", "acme", "acme[ ]"),
            (" acme", "acme", "[ ]acme"), ("ACME", "acme", "[ACME]"), ("a b", "A b", "[a] b"), ("ab", "a b", "ab"),
            ("E\u{301}E", "e\u{301}e", "[E\u{301}E]"),
            ("\u{C4}b", "\u{E4}b", "[\u{C4}]b"),
        ])
    func values(value: String, wanted: String, expected: String) throws {
        #expect(try marked(value, wanted, .equals) == expected)
    }

    @Test(
        "what a wildcard matches is not marked",
        arguments: [
            ("Acme-SOC-EMEA", "acme-soc-*", "[A]cme-[SOC]-EMEA"), ("x-SOC-y-soc", "*-soc", "x-SOC-y-soc"),
            ("aXb-SOC", "a?b-soc", "aXb-[SOC]"), ("one SOC two", "*soc*", "one[ ][SOC][ ]two"),
            ("AbAbAc", "*abac", "Ab[A]b[A]c"), ("ABC", "a*c", "[A]B[C]"),
        ])
    func patterns(value: String, pattern: String, expected: String) throws {
        #expect(try marked(value, pattern, .glob)?.replacing("][", with: "") == expected.replacing("][", with: ""))
    }

    @Test("a value that differs otherwise, or a rule without one, has no near miss")
    func none() throws {
        #expect(try marked("acme-x", "acme-y", .equals) == nil)
        #expect(try marked("acme", "acme-*", .glob) == nil)
        #expect(try marked("acme", "", .exists) == nil)
    }
}
