import Testing

@testable import Configuration

/// Typing errors in hand-written JSON.
@Suite("Messages about the syntax of a configuration")
struct MessageTests {
    @Test(
        "a syntax error is described at its position",
        arguments: [
            ("{\n  \"a\": 1\n  \"b\": 2\n}", "3:3: expected , or }"),
            ("{\n  \"a\": [1\n  2]\n}", "3:3: expected , or ]"), ("{\n  \"a\" 1\n}", "2:7: expected :"),
            ("{\n  \"a\" = 1\n}", "2:7: expected :"), ("{\n  \"a\": 1;\n}", "2:9: expected , or }"),
            ("{\n  \"a\": ,\n}", "2:8: expected a value"), ("{\n  \"a\": yes\n}", "2:8: expected a value"),
            ("{\n  a: 1\n}", "2:3: expected a name in double quotation marks, or }"),
            ("{\n  \u{201C}a\u{201D}: 1\n}", "2:3: this is a typographic quotation mark"),
            ("{\n  \"a\": \u{201C}b\u{201D}\n}", "2:8: this is a typographic quotation mark"),
            ("{\n  \"a\": \u{201E}b\u{201C}\n}", "2:8: this is a typographic quotation mark"),
            ("{\n  \"a\": \u{AB}b\u{BB}\n}", "2:8: this is a typographic quotation mark"),
            ("{\n  'a': 1\n}", "2:3: strings and names must be in double quotation marks"),
            ("{\n  \"a\": 'b'\n}", "2:8: strings and names must be in double quotation marks"),
            ("{\n  \"a\": \"b,\n  \"c\": 1\n}", "2:8: unterminated string"),
            ("{\r\n  \"a\": \"b,\r\n}", "2:8: unterminated string"), ("{\n  \"a\": \"b", "2:8: unterminated string"),
            ("{\n  \"a\": \"b\u{201D},\n}", "2:8: unterminated string: a typographic quotation mark does not close it"),
            ("{\n  /* \"a\": 1\n}", "2:3: unterminated comment"),
            ("{\n  # a\n}", "2:3: a comment begins with // or /*"),
            ("{\n  / a\n}", "2:3: a comment begins with // or /*"), ("{\n  \"a\": {\n", "2:8: this { is never closed"),
            ("{\n  \"a\": [\n", "2:8: this [ is never closed"),
            ("{\n  \"a\": 1\n}\n}", "4:1: expected the end of the text"),
            ("{\n  \"a\": 08\n}", "2:9: this is not a JSON number"),
            ("{\n  \"a\": \"C:\\dir\"\n}", "2:11: this escape sequence does not exist"),
            ("{\n  \"a\": True\n}", "2:8: expected a value"), (" // nothing\n", "2:1: the text is empty"),
        ])
    func slips(_ text: String, _ message: String) {
        let faults = TestFiles.faults(text)
        #expect(faults.count == 1 && faults[0].description.hasPrefix("etc/gatehouse.jsonc:\(message)"), "\(faults)")
    }

    @Test("UTF-16 is recognized")
    func wideText() {
        let bytes: [UInt8] = [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]
        do throws(ConfigurationError) {
            _ = try SettingsFile.parse(bytes, path: "f", sources: TestFiles.sources)
            Issue.record("it was read")
        } catch {
            #expect(error.description == "f:1:1: these bytes are not UTF-8, but UTF-16: save the file as UTF-8")
        }
    }

    @Test("CR LF and tabs are white space, and columns count them as characters")
    func whiteSpace() {
        let good = TestFiles.file("\"reactors\": 1").replacing(", ", with: ",\r\n\t")
        #expect(TestFiles.faults(good).isEmpty)
        let wrong = TestFiles.file("\"reactors\": \"x\"").replacing(", ", with: ",\r\n\t")
        #expect(TestFiles.faults(wrong).map { "\($0.line):\($0.column)" } == ["4:14"])
    }

    @Test("an unknown key is reported with the allowed keys, or with the place where it is allowed")
    func unknownKeys() {
        let far = TestFiles.faults(TestFiles.file(#""license": {}"#))
        #expect(far.count == 1 && far[0].message.contains("organizations[].license") && far[0].path == "license")
        let strange = TestFiles.faults(TestFiles.file(#""mail": {"from": "a@b.c", "smtp": "smtp://h", "zzz": 1}"#))
        #expect(
            strange.map(\.message) == ["is not a setting; allowed here: from, smtp, username, password, ca_file"])
        let near = TestFiles.faults(TestFiles.file(#""limits": {"inventory_bodi": "1MiB"}"#))
        #expect(
            near.map(\.message)
                == [#"is not a setting; did you mean "inventory_body"? (allowed here: inventory_body, metrics_memory)"#]
        )
    }
}
