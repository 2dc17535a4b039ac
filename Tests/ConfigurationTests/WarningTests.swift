import Files
import SettingDeclarations
import Testing

@testable import Configuration

@Suite("Warnings about a configuration")
struct WarningTests {
    private func sources(_ exposed: String...) -> SettingSources {
        var sources = TestFiles.sources
        sources.exposure = { exposed.contains($0) ? FileExposure(mode: 0o640) : nil }
        return sources
    }

    private func warnings(_ members: String, _ exposed: String) throws -> [Warning] {
        try SettingsFile.parse(
            Array(TestFiles.file(members).utf8), path: "etc/gatehouse.jsonc", sources: sources("etc/\(exposed)")
        ).warnings
    }

    @Test(
        "a file with a secret that other users may read causes a warning and is still used",
        arguments: [
            (#""secret_key": {"file": "secret.key"}"#, "secret.key", "secret_key.file"),
            (
                #""tls": {"certificate": "tls/fullchain.pem", "private_key": "tls/key.pem"}"#, "tls/key.pem",
                "tls.private_key"
            ),
            (
                #""mail": {"from":"a@b.c","smtp":"smtp://h","username":"u","password":{"file":"a.secret"}}"#,
                "a.secret",
                "mail.password.file"
            ),
            (
                #""secret_key": {"env":"A_KEY"}, "providers": [{"id":"a","issuer":"https://i","client_id":"c","client_secret":{"file":"a.secret"}}]"#,
                "a.secret", "providers[0].client_secret.file"
            ),
        ])
    func exposed(_ members: String, _ file: String, _ path: String) throws {
        let warnings = try warnings(members, file)
        #expect(warnings.map(\.path) == [path])
        #expect(warnings.first?.message.contains("\"etc/\(file)\" can be read by its group (mode 0640)") == true)
        #expect(warnings.first?.description.hasPrefix("etc/gatehouse.jsonc:1:") == true)
        #expect(warnings.first?.description.contains(": warning: \(path): ") == true)
        #expect(try self.warnings(members, "another").isEmpty)
    }

    @Test("notices of a license without a mail server cause a warning")
    func noticesWithoutMail() throws {
        func paths(_ license: String, _ more: String = "") throws -> [String] {
            try warnings(#""organizations": [{"id":"a"},{"id":"b","license":{\#(license)}}]\#(more)"#, "x").map(\.path)
        }
        #expect(try paths(#""notify":true"#) == ["organizations[1].license.notify"])
        #expect(try paths(#""notify":false"#).isEmpty && paths("").isEmpty)
        #expect(try paths(#""notify":true"#, #","mail":{"from":"a@b.c","smtp":"smtp://h"}"#).isEmpty)
    }

    @Test("a system without time zones causes a warning")
    func timeZones() throws {
        var sources = TestFiles.sources
        for (hasTimeZones, count) in [(true, 0), (false, 1)] {
            sources.hasTimeZones = { hasTimeZones }
            let warnings = try SettingsFile.parse(
                Array(TestFiles.file("").utf8), path: "gatehouse.jsonc", sources: sources
            ).warnings
            #expect(warnings.count == count)
            #expect(warnings.allSatisfy { $0.description.contains("1:1: warning: the system has no time zones") })
        }
    }

    @Test("public files may be readable by everyone")
    func publicFiles() throws {
        let tls = #""tls": {"certificate": "tls/fullchain.pem", "private_key": "tls/key.pem"}"#
        #expect(try warnings(tls, "tls/fullchain.pem").isEmpty)
        let keys = #""providers": [{"id":"a","issuer":"https://i","keys":"keys.jwks.json"}]"#
        #expect(try warnings(keys, "keys.jwks.json").isEmpty)
    }

    @Test("warnings are reported together with faults")
    func besideFaults() {
        let text = TestFiles.file(#""secret_key": {"file": "secret.key"}, "reactors": -1"#)
        let error = #expect(throws: ConfigurationError.self) {
            try SettingsFile.parse(Array(text.utf8), path: "etc/gatehouse.jsonc", sources: sources("etc/secret.key"))
        }
        #expect(error?.faults.count == 1 && error?.warnings.map(\.path) == ["secret_key.file"])
    }
}
