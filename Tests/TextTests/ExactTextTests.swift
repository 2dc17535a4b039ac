import Testing
import Text

@Suite("Texts by their bytes")
struct ExactTextTests {
    @Test(
        "what merely looks the same, or is canonically equivalent, is another text",
        arguments: [("é", "e\u{301}"), ("K", "\u{212A}"), ("Å", "\u{212B}"), ("`", "\u{1FEF}"), (";", "\u{37E}")])
    func different(_ one: String, _ other: String) {
        #expect(one == other)
        #expect(!one.isExactly(other) && ExactText(one) != ExactText(other))
        #expect(Set([ExactText(one), ExactText(other)]).count == 2)
        #expect(one.isExactly(one) && ExactText(one) == ExactText(String(Array(one))))
        #expect(!String?.some(one).isExactly(nil) && String?.none.isExactly(nil))
    }
}
