import JSON
import Testing

@Suite("Strict JSON")
struct JSONDocumentTests {
    @Test(
        "text that RFC 8259 forbids is refused, with its position",
        arguments: [
            ("", .empty, 0), (" ", .empty, 1), ("{", .unclosedObject, 0), ("[1", .unclosedArray, 0),
            ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5), ("\"abc", .unterminatedString, 0),
            ("[1,]", .expectedValue, 3), ("{\"a\":1,}", .expectedName, 7),
            ("[,1]", .expectedValue, 1),
            ("{a:1}", .expectedName, 1), ("{'a':1}", .otherQuote, 1),
            ("[1 2]", .expectedCommaOrBracket, 3),
            ("// x\n1", .expectedValue, 0), ("\u{A0}1", .expectedValue, 0),
            ("[1}", .expectedCommaOrBracket, 2), ("{\"a\" 1}", .expectedColon, 5),
            ("{\"a\":1 \"b\":2}", .expectedCommaOrBrace, 7), ("{“a”:1}", .typographicQuote, 1),
            ("[\"a”]", .mistakenlyClosedString, 1), ("[«a»]", .typographicQuote, 1), ("[1,’]", .typographicQuote, 3),
            ("1 2", .trailingContent, 2), ("{}{}", .trailingContent, 2), ("1\0", .trailingContent, 1),
            ("01", .invalidNumber, 1), ("-", .invalidNumber, 1), ("1.", .invalidNumber, 2), ("1e", .invalidNumber, 2),
            ("1e+", .invalidNumber, 3), ("-01", .invalidNumber, 2), ("+1", .expectedValue, 0),
            (".5", .expectedValue, 0), ("NaN", .expectedValue, 0), ("-Infinity", .invalidNumber, 1),
            ("0x10", .trailingContent, 1), ("tru", .invalidLiteral, 0), ("True", .expectedValue, 0),
            ("nulL", .invalidLiteral, 0), ("\"\\x\"", .invalidEscape, 1), ("\"\\u12G4\"", .invalidEscape, 1),
            ("\"\\u12", .unexpectedEnd, 1), ("\"\\", .unexpectedEnd, 1), ("\"\\ud800\"", .loneSurrogate, 1),
            ("\"\\ud800\\u0041\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
            ("\"a\tb\"", .controlCharacter, 2),
            ("\"\n\"", .controlCharacter, 1), ("\"\0\"", .controlCharacter, 1), ("\u{FEFF}1", .byteOrderMark, 0),
            ("{\"a\":1,\"a\":2}", .duplicateName, 7), ("{\"a\":1,\"\\u0061\":2}", .duplicateName, 7),
            ("[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]", .duplicateName, 19),
        ] as [(String, JSONSyntaxError.Reason, Int)])
    func refuses(text: String, reason: JSONSyntaxError.Reason, offset: Int) {
        #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) {
            try JSONDocument(parsing: Array(text.utf8))
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func refusesBadUTF8(content: [UInt8]) {
        let text = [0x5B, 0x22] + content + [0x22, 0x5D]
        #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: 2)) { try JSONDocument(parsing: text) }
    }

    @Test("a duplicate among many names is found, escaped or not")
    func duplicateAmongMany() {
        for count in [2, 23, 24, 25, 26, 200] {
            let members = (0..<count).map { "\"n\($0)\":\($0)" }
            let twice = members + ["\"n\\u003\(count > 9 ? 9 : 1)\":0"]
            #expect(throws: Never.self) { try document("{" + members.joined(separator: ",") + "}") }
            #expect(throws: JSONSyntaxError.self) { try document("{" + twice.joined(separator: ",") + "}") }
        }
    }

    @Test("depth and size have limits, and both are reachable")
    func limits() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try document(nested(32)) }
        #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 32)) { try document(nested(33)) }
        #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 512)) {
            try JSONDocument(parsing: Array(nested(100_000).utf8), maximumDepth: .max)
        }
        #expect(throws: Never.self) { try JSONDocument(parsing: Array("[1]".utf8), maximumBytes: 3) }
        #expect(throws: JSONSyntaxError(reason: .tooLarge, offset: 0)) {
            try JSONDocument(parsing: Array("[12]".utf8), maximumBytes: 3)
        }
    }

    @Test("values equal the written text")
    func values() throws {
        let text =
            #"{"s":"a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00","i":-42,"d":1.5e3,"t":true,"f":false,"n":null,"a":[1,[2],{}]}"#
        let root = try document(text).root
        #expect(root.kind == .object)
        #expect(root.count == 7)
        #expect(root.member("s")?.string == "a\"\\/\u{8}\u{C}\n\r\téé😀")
        #expect(root.member("s")?.equals("a\"\\/\u{8}\u{C}\n\r\tééé") == false)
        #expect(root.member("i")?.integer == -42)
        #expect(root.member("d")?.integer == nil)
        #expect(root.member("d")?.double == 1500)
        #expect(root.member("d")?.text == "1.5e3")
        #expect(root.member("t")?.boolean == true)
        #expect(root.member("f")?.boolean == false)
        #expect(root.member("n")?.isNull == true)
        #expect(root.member("a")?.elements.map(\.kind) == [.number, .array, .object])
        #expect(root.member("absent") == nil)
        #expect(root.members.map(\.name) == ["s", "i", "d", "t", "f", "n", "a"])
        #expect(root.member("a")?.member("s") == nil)
    }

    @Test("names are compared by their bytes, not by their appearance")
    func normalization() throws {
        let root = try document("{\"\u{E9}\":1,\"e\u{301}\":2}").root
        #expect(root.member("\u{E9}")?.integer == 1)
        #expect(root.member("e\u{301}")?.integer == 2)
    }

    @Test("integers and doubles have ranges")
    func numbers() throws {
        #expect(try document("9223372036854775807").root.integer == .max)
        #expect(try document("-9223372036854775808").root.integer == .min)
        #expect(try document("9223372036854775808").root.integer == nil)
        #expect(try document("1.0").root.integer == nil)
        #expect(try document("1e400").root.double == nil)
        #expect(try document("-0").root.double?.sign == .minus)
    }

    @Test("configuration may have comments and trailing commas, and its duplicates are collected")
    func configuration() throws {
        let text = """
            // a comment
            { "a": [1, 2, /* inner */ ], // more
              "b": "// no comment",
              "a": 3, "c": { "x": 1, "x": 2, },
            }
            """
        let document = try JSONDocument(parsing: Array(text.utf8), as: .configuration)
        #expect(document.root.member("a")?.count == 2)
        #expect(document.root.member("b")?.string == "// no comment")
        let places = document.duplicateNames.map { JSONPosition(offset: $0, in: document.bytes).description }
        #expect(places.sorted() == ["4:26", "4:3"])
        for wrong in ["{,}", "[,]", "[1,,]", "{\"a\":1,,}", "/", "/* ", "1 /*/", "/x/ 1", "[1 /* */ 2]"] {
            #expect(throws: JSONSyntaxError.self, "\(wrong)") {
                try JSONDocument(parsing: Array(wrong.utf8), as: .configuration)
            }
        }
    }

    @Test("every prefix of a text is refused, and none crashes")
    func prefixes() {
        let text = Array(#"{"a":[1.5e-3,"\u00e9\ud83d\ude00",{"b":null}],"c":true}"#.utf8)
        for length in text.indices {
            #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: Array(text[..<length])) }
        }
    }
}

func document(_ text: String) throws(JSONSyntaxError) -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8))
}
