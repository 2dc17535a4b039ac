import Testing
import Text

@Suite("Text for terminals")
struct TerminalTextTests {
    @Test(
        "characters that a terminal acts on or does not show are escaped",
        arguments: [
            ("\u{1B}[2J", "\\u{1B}[2J"), ("\u{9B}2J", "\\u{9B}2J"), ("\u{9D}0;x\u{9C}", "\\u{9D}0;x\\u{9C}"),
            ("a\r\nb", "a\\u{D}\\u{A}b"), ("a\u{7F}", "a\\u{7F}"), ("a\u{85}b", "a\\u{85}b"),
            ("admin\u{202E}gpj", "admin\\u{202E}gpj"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("a\u{200B}b", "a\\u{200B}b"), ("\u{FEFF}a", "\\u{FEFF}a"), ("a\u{2028}b", "a\\u{2028}b"),
            ("\u{E0041}", "\\u{E0041}"), ("\u{3164}", "\\u{3164}"), ("e\u{9B}\u{301}", "e\\u{9B}\u{301}"),
        ])
    func escaped(_ text: String, _ shown: String) {
        #expect(text.escapedForTerminal().isExactly(shown))
    }

    @Test("quoted text is short, on one line, and marked if it was cut")
    func quoted() {
        #expect("a\u{1B}\n\u{202E}b".quoted() == #""a\u{1B}\u{A}\u{202E}b""#)
        #expect(String(repeating: "é", count: 70).quoted(atMost: 3) == "\"ééé…\"")
        #expect("".quoted() == "\"\"")
    }

    @Test("a domain with characters outside ASCII needs its ASCII form")
    func domains() {
        #expect(DomainHint.isNeeded(forAddress: "a@bücher.example") && DomainHint.isNeeded(forDomain: "bücher.example"))
        #expect(
            !DomainHint.isNeeded(forAddress: "ü@a.example") && !DomainHint.isNeeded(forAddress: "mü*")
                && !DomainHint.isNeeded(forDomain: "xn--bcher-kva.example"))
    }

    @Test("other text is unchanged", arguments: ["", "plain \\ text", "Jürgen Žižek", "北京", "مرحبا", "a\u{301}"])
    func unchanged(_ text: String) {
        #expect(text.escapedForTerminal().isExactly(text))
    }
}
