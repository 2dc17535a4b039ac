import Testing
import Text

@Suite("CSV cells")
struct CSVTests {
    private func cell(_ text: String) -> String {
        var bytes: [UInt8] = []
        CSV.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "a cell that a spreadsheet may run has an apostrophe before it",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", " =1", "  \t=1", "\t=1", "\ttext", "\rtext", "\r\n=1", "\n=1",
            "\u{FF1D}1+1", "\u{FF0B}1", "\u{FF0D}1", "\u{FF20}SUM(A1)", "\u{FE66}1", "\u{FE62}1", "\u{FE63}1",
            "\u{FE6B}x",
            "\u{2212}1", "\u{200B}=1", "\u{202E}=1", "\u{FEFF}=1", "\u{A0}=1", "\u{3000}=1", "\u{200B} \u{202E}=1",
            "\u{0}=1", "\u{1B}=1", "\u{85}=1", "\u{AD}=1", "\u{3164}=1", "\u{2066}\u{FF1D}1", "=\u{301}1",
        ])
    func formulas(_ text: String) {
        #expect(cell(text).isSame(as: "\"'\(text)\""))
    }

    @Test(
        "other cells are unchanged",
        arguments: ["", "text", "a=b", "1-2", "Jürgen", "x@y", "\u{200B}a=1", "’=1", "'=1"])
    func plain(_ text: String) {
        #expect(cell(text).isSame(as: text))
    }

    @Test("cells with separators are quoted")
    func quoted() {
        #expect(cell("a,b") == "\"a,b\"" && cell("say \"hi\"") == "\"say \"\"hi\"\"\"" && cell("a;b") == "\"a;b\"")
    }
}

extension String {
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
