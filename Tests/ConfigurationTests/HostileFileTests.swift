import Cryptography
import SettingDeclarations
import Testing
import Text

@testable import Configuration

@Suite struct HostileFileTests {
    @Test(
        "a file that is not JSON is one clear fault at its position",
        arguments: [
            ("", "1:1: the text is empty"), ("{\n  \"a\": tru\n}", "2:8: this is not true, false or null"),
            ("\u{FEFF}{}", "1:1: the text begins with a byte-order mark: save the file as UTF-8 without one"),
            ("{} x", "1:4: expected the end of the text"), ("{ /* ", "1:3: unterminated comment"),
            (String(repeating: "[", count: 100_000), "1:33: arrays and objects are nested too deeply"),
        ])
    func syntax(_ text: String, _ message: String) {
        #expect(TestFiles.faults(text).map(\.description) == ["etc/gatehouse.jsonc:" + message])
    }

    @Test("a file whose root is not an object is refused", arguments: ["[]", "null", "7", "\"x\""])
    func kinds(_ text: String) {
        let faults = TestFiles.faults(text)
        #expect(faults.count == 1 && faults[0].message.hasPrefix("must be an object"))
    }

    @Test("invalid UTF-8 is reported")
    func utf8() {
        #expect(throws: ConfigurationError.self) {
            try SettingsFile.parse([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], path: "f", sources: TestFiles.sources)
        }
    }

    @Test(
        "a file that is too long, missing or not a regular file is refused",
        arguments: ["/dev/zero", "/", "/nowhere/at/all"])
    func unreadable(_ path: String) throws {
        do throws(ConfigurationError) {
            _ = try SettingsFile.load(path: path, environment: [:])
            Issue.record("it was read")
        } catch {
            #expect(error.faults.count == 1)
            #expect(error.description.hasPrefix("\(path):1:1: the configuration cannot be read: "))
        }
    }

    @Test("bytes beyond the size limit are refused before they are parsed")
    func tooLong() {
        let bytes = Array(repeating: UInt8(ascii: " "), count: SettingsFile.maximumBytes + 1)
        #expect(throws: ConfigurationError.self) {
            try SettingsFile.parse(bytes, path: "f", sources: TestFiles.sources)
        }
    }

    @Test("the number of reported faults is limited")
    func many() {
        let members = (0..<20_000).map { "\"x\($0)\": 1" }.joined(separator: ",\n")
        #expect(TestFiles.faults(TestFiles.file(members)).count == SettingReader.maximumFaults)
    }

    @Test("the example cut off at any position is refused without a crash")
    func truncated() {
        let bytes = Array(ExampleTests.example.utf8)
        for count in stride(from: 0, to: bytes.count - 2, by: 7) {
            #expect(!TestFiles.faults(String(decoding: bytes.prefix(count), as: UTF8.self)).isEmpty)
        }
    }

    @Test("a secret's description is redacted")
    func secrets() {
        let secret = Secret(bytes: Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hunter2") && !text.contains("104"))
        }
        let settings = try? TestFiles.parse(ExampleTests.example)
        dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.isEmpty && !dumped.contains(TestFiles.key))
    }

    @Test("a misspelled provider in every organization is reported, and only the first ones get a suggestion")
    func manyUnknownProviders() {
        let providers = (0..<300).map {
            #"{"id": "okta-\#($0)", "issuer": "urn:\#($0)", "keys": "keys.jwks.json"}"#
        }
        let organizations = (0..<300).map { #"{"id": "o\#($0)", "providers": ["otka-\#($0)"]}"# }
        let faults = TestFiles.faults(
            TestFiles.file(
                #""providers": [\#(providers.joined(separator: ","))], "#
                    + #""organizations": [\#(organizations.joined(separator: ","))]"#))
        #expect(faults.count == 300)
        #expect(faults.allSatisfy { $0.message.hasPrefix("no provider has the id \"otka-") })
        #expect(faults.map { $0.message.contains("did you mean \"okta-") } == (0..<300).map { $0 < 10 })
    }

    @Test(
        "similar names are suggested, others are not",
        arguments: [
            ("lisen", "listen"), ("litsen", "listen"), ("Listen", "listen"), ("public-url", "public_url"),
            ("publicurl", "public_url"), ("xyz", nil), ("l", nil), (String(repeating: "a", count: 1_000_000), nil),
        ] as [(String, String?)])
    func suggestions(_ name: String, _ expected: String?) {
        #expect(Suggestion.nearest(to: name, among: Settings.settings.map(\.name)) == expected)
    }
}
