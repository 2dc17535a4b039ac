import Testing
import Text

@Suite("Texts compared by bytes")
struct ExactTextTests {
    @Test(
        "texts that look alike or are canonically equivalent differ",
        arguments: [("é", "e\u{301}"), ("K", "\u{212A}"), ("Å", "\u{212B}"), ("`", "\u{1FEF}"), (";", "\u{37E}")])
    func different(_ one: String, _ other: String) {
        #expect(one == other)
        #expect(!one.isExactly(other) && ExactText(one) != ExactText(other))
        #expect(Set([ExactText(one), ExactText(other)]).count == 2)
        #expect(one.isExactly(one) && ExactText(one) == ExactText(String(Array(one))))
        #expect(!String?.some(one).isExactly(nil) && String?.none.isExactly(nil))
    }

    // Strings of up to 15 octets are stored in place, longer ones elsewhere.
    @Test("texts of any length are equal only if all octets are", arguments: [0, 1, 14, 15, 16, 17, 40])
    func lengths(_ count: Int) {
        let text = String(repeating: "a", count: count)
        #expect(text.isExactly(String(decoding: [UInt8](repeating: 0x61, count: count), as: UTF8.self)))
        #expect(!text.isExactly(text + "a") && !(text + "a").isExactly(text) && !(text + "a").isExactly(text + "b"))
        #expect(text.allOctets { $0 == 0x61 } && !(text + "b").allOctets { $0 == 0x61 })
        let key = OctetKey(Array(text.utf8))
        #expect(Set([key, OctetKey(Array(text.utf8)), OctetKey(key.octets + [0])]).count == 2)
    }
}

@Suite("Texts as octets")
struct OctetsTests {
    @Test("a separator is an octet: equivalent characters do not separate, and a combining mark does not hide it")
    func separators() {
        #expect("a;b\u{37E}c;\u{301}d;".split(at: ";") == ["a", "b\u{37E}c", "\u{301}d", ""])
        #expect("a b\t\tc".words(between: " ", "\t") == ["a", "b", "c"])
        #expect("a=b=c".split(at: "=", maxSplits: 1) == ["a", "b=c"])
        #expect("a\r\n:\u{301}b".cut(at: ":").map { [$0.before, $0.after] } == ["a\r\n", "\u{301}b"])
        #expect("a:b:\u{301}c".cut(atLast: ":").map { [$0.before, $0.after] } == ["a:b", "\u{301}c"])
        #expect("ab".cut(at: ":") == nil && "ab".cut(atLast: ":") == nil)
    }

    @Test("beginnings, ends and parts are compared by octets")
    func parts() {
        #expect("W/\u{301}".starts(exactly: "W/") && !"\u{212A}elvin".starts(exactly: "K"))
        #expect("a]".ends(exactly: "]") && !"\u{37E}".ends(exactly: ";") && !"x".ends(exactly: "xx"))
        #expect("a://\u{301}b".holds(exactly: "://") && !"a:/b".holds(exactly: "://") && "aab".holds(exactly: "ab"))
        #expect("a".holds(exactly: "") && "a\u{37E}".holds(";") == false && "a;\u{301}".holds(";"))
        #expect("W/\u{301}x".dropping(exactly: "W/")?.utf8.count == 3 && "x".dropping(exactly: "W/") == nil)
        #expect("x.local".dropping(exactlyLast: ".local") == "x" && "x".dropping(exactlyLast: ".local") == nil)
        #expect(" \t a \u{A0}\t".trimmingBlanks() == "a \u{A0}" && "  ".trimmingBlanks().isEmpty)
    }

    @Test("only ASCII letters have case")
    func cases() {
        #expect("AZ[\u{212A}\u{130}É".asciiLowercased().isExactly("az[\u{212A}\u{130}É"))
        #expect("az{ſı".asciiUppercased().isExactly("AZ{ſı"))
        #expect("Bearer".isExactly(ignoringASCIICase: "bEARER"))
        #expect(!"k".isExactly(ignoringASCIICase: "\u{212A}") && !"[".isExactly(ignoringASCIICase: "{"))
    }

    private enum Kind: String, CaseIterable { case octets = "OKP" }

    @Test("cases of enumerations and elements of lists are found by octets")
    func choices() {
        #expect(Kind(exactly: "OKP") == .octets && Kind(rawValue: "O\u{212A}P") == .octets)
        #expect(Kind(exactly: "O\u{212A}P") == nil)
        #expect(["K"].contains(exactly: "K") && !["K"].contains(exactly: "\u{212A}"))
        let name: ExactText = "\u{212A}"
        switch name {
        case "K": Issue.record("the Kelvin sign is not K")
        default: break
        }
    }
}
