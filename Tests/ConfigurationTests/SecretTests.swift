import Cryptography
import Files
import SettingDeclarations
import Testing

@testable import Configuration

@Suite("Secrets by reference")
struct SecretTests {
    /// Reads a secret. Returns its octets, or the first fault's message, and the warnings.
    private func read(_ bytes: [UInt8], from kind: String) -> (bytes: [UInt8]?, fault: String?, warnings: [Warning]) {
        let sources = SettingSources(
            environment: { $0 == "S" ? String(validating: bytes, as: UTF8.self) : TestFiles.environment[$0] },
            file: { (path, limit) throws(FileError) -> [UInt8] in
                path == "etc/S" ? bytes : try TestFiles.sources.file(path, limit)
            })
        let text = TestFiles.file(
            #""secret_key": {"env":"A_KEY"}, "providers": [{"id":"p","issuer":"https://i","client_id":"c","client_secret":{"\#(kind)":"S"}}]"#
        )
        do throws(ConfigurationError) {
            let settings = try SettingsFile.parse(Array(text.utf8), path: "etc/gatehouse.jsonc", sources: sources)
            return (settings.providers.first?.clientSecret?.bytes, nil, settings.warnings)
        } catch {
            return (nil, error.faults.first?.message, [])
        }
    }

    @Test(
        "one line break at the end is removed, and no more",
        arguments: [
            ("s", "s"), ("s\n", "s"), ("s\r\n", "s"), ("s\r", "s"), ("s\n\n", "s\n"), ("s\r\n\r\n", "s\r\n"),
            ("s ", "s "), (" s\n", " s"), ("s\t\n", "s\t"), ("\ns", "\ns"),
        ], ["env", "file"])
    func lineBreaks(_ secret: (written: String, read: String), _ kind: String) {
        #expect(read(Array(secret.written.utf8), from: kind).bytes == Array(secret.read.utf8))
    }

    @Test(
        "white space that is part of a secret causes a warning, which never quotes it",
        arguments: [
            (" hunter2", "begins with white space"), ("hunter2 ", "ends with white space"),
            ("hunter2\t\n", "ends with white space"), ("hunter2\n\n", "ends with white space"),
            ("hun\nter2", "contains a line break"), ("\u{FEFF}hunter2", "begins with a byte-order mark"),
        ], ["env", "file"])
    func oddities(_ secret: (text: String, words: String), _ kind: String) throws {
        let warnings = read(Array(secret.text.utf8), from: kind).warnings
        let warning = try #require(warnings.first)
        #expect(warnings.count == 1 && warning.path == "providers[0].client_secret.\(kind)")
        #expect(warning.message.contains(secret.words) && !warning.description.contains("hun"))
    }

    @Test("an ordinary secret causes no warning", arguments: ["s", "s\n", "two words", "ß✓"])
    func ordinary(_ secret: String) {
        #expect(read(Array(secret.utf8), from: "file").warnings.isEmpty)
    }

    @Test(
        "a secret that is not text is refused, and its octets are never replaced",
        arguments: [[0xFF, 0xFE, 0x73, 0x00], [0x73, 0x00]])
    func binary(_ bytes: [UInt8]) {
        #expect(read(bytes, from: "file").fault?.contains("must be UTF-8 text") == true)
    }

    @Test("a secret that is only a line break is empty", arguments: ["\n", "\r\n", "\r", ""], ["env", "file"])
    func empty(_ secret: String, _ kind: String) {
        #expect(read(Array(secret.utf8), from: kind).fault == "the secret is empty")
    }
}
