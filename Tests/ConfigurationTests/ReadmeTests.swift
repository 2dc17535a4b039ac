import Files
import SettingDeclarations
import Testing

@testable import Configuration

@Suite struct ReadmeTests {
    private static let sources = SettingSources(
        environment: { $0 == "A_KEY" ? TestFiles.key : "secret" },
        file: { (path, _) throws(FileError) -> [UInt8] in
            if path.hasSuffix("README.md") { return try SettingSources.read(path, limit: 1 << 20) }
            if path.hasSuffix(".crt") || path.hasSuffix("ca.pem") { return Array("-----BEGIN CERTIFICATE-----\n".utf8) }
            return Array("secret".utf8)
        })

    @Test("the README's providers are valid configurations")
    func providers() throws {
        let path = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/README.md"
        let text = String(decoding: try ReadmeTests.sources.file(path, 1 << 20), as: UTF8.self)
        let blocks = text.split(separator: "```jsonc\n").dropFirst().compactMap { $0.split(separator: "```").first }
        let providers = blocks.filter { $0.contains("\"issuer\"") && !$0.contains("public_url") }
        #expect(providers.count == 8)
        for provider in providers {
            let file = TestFiles.file("\"secret_key\": {\"env\": \"A_KEY\"}, \"providers\": [\(provider)]")
            #expect(throws: Never.self, "\(provider)") {
                try SettingsFile.parse(Array(file.utf8), path: "etc/g.jsonc", sources: ReadmeTests.sources)
            }
        }
    }
}
