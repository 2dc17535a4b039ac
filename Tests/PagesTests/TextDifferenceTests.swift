import Testing

@testable import AccessUseCases

@Suite("The difference of a value that almost matches")
struct TextDifferenceTests {
    /// The texts with brackets around what differs.
    private func marked(_ pieces: [TextDifference.Piece]) -> String {
        pieces.map { $0.isDifferent ? "[\($0.text)]" : $0.text }.joined()
    }

    @Test(
        "marks the differing characters of both, and says how the value would match",
        arguments: [
            ("Acme-SOC-emea", "acme-soc-*", true, "[A]cme-[SOC]-emea", "[a]cme-[soc]-*", "acme-soc-emea"),
            ("Finance ", "Finance", false, "Finance[ ]", "Finance", "Finance"),
            (" a b", "ab", false, "[ ]a[ ]b", "ab", "ab"),
            ("ab", "a b", false, "ab", "a[ ]b", "a b"),
            ("SOC", "s?c", true, "[S]O[C]", "[s]?[c]", "sOc"),
            ("x-MID-y", "*-mid-*", true, "x-[MID]-y", "*-[mid]-*", "x-mid-y"),
            ("a*", "A*", false, "[a]*", "[A]*", "A*"),
            ("É", "é", false, "[É]", "[é]", "é"),
            ("", "", false, "", "", ""),
        ] as [(String, String, Bool, String, String, String)])
    func marks(
        _ arrived: String, _ rule: String, _ isPattern: Bool, _ left: String, _ right: String, _ corrected: String
    ) throws {
        let difference = try #require(TextDifference(arrived, from: rule, isPattern: isPattern))
        #expect(marked(difference.arrived) == left && marked(difference.rule) == right)
        #expect(difference.corrected == corrected)
    }

    @Test(
        "names the kind of difference",
        arguments: [
            ("Acme-SOC-emea", "acme-soc-*", ["4 characters differ, only in upper and lower case."]),
            ("Soc", "soc", ["1 character differs, only in upper and lower case."]),
            ("Finance ", "Finance", ["A space at the end arrived. It counts as a character."]),
            (" Finance", "Finance", ["A space at the start arrived. It counts as a character."]),
            ("a b", "ab", ["A space between other characters arrived. It counts as a character."]),
            ("a\tb", "ab", ["A white-space character between other characters arrived. It counts as a character."]),
            (" a ", "a", ["2 spaces arrived that the rule doesn't have. They count as characters."]),
            ("ab", "a b", ["The rule has a space that didn't arrive. It counts as a character."]),
        ] as [(String, String, [String])])
    func sentences(_ arrived: String, _ rule: String, _ sentences: [String]) throws {
        let difference = try #require(TextDifference(arrived, from: rule, isPattern: true))
        #expect(difference.sentences == sentences)
    }

    @Test("texts that differ otherwise, or are too long, have none")
    func none() {
        #expect(TextDifference("soc", from: "sac", isPattern: false) == nil)
        #expect(TextDifference("soc", from: "so*c*x", isPattern: true) == nil)
        let long = String(repeating: "a", count: 1000)
        #expect(TextDifference(long, from: long, isPattern: false) == nil)
    }
}
