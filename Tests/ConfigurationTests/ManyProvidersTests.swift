import Cryptography
import Files
import Identities
import SettingDeclarations
import Synchronization
import Testing

@testable import Configuration

/// A configuration of many organizations, each with a provider, a key file and a secret.
@Suite("Many providers")
struct ManyProvidersTests {
    /// The files that were read, with the number of reads.
    private final class Reads: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        var all: [String: Int] { counts.withLock { $0 } }

        func sources() -> SettingSources {
            SettingSources(
                environment: { TestFiles.environment[$0] },
                file: { (path, limit) throws(FileError) -> [UInt8] in
                    self.counts.withLock { $0[path, default: 0] += 1 }
                    guard let name = path.split(separator: "/").last else { throw FileError("no name") }
                    if name.hasPrefix("k-") { return Array(TestFiles.jwks.utf8) }
                    if name.hasPrefix("s-") { return Array("secret of \(name)".utf8) }
                    return try TestFiles.sources.file(path, limit)
                }, exposure: { $0.hasSuffix("7") ? FileExposure(mode: 0o644) : nil })
        }
    }

    /// - Parameter broken: the number of providers in a row, from the 40th on, that have four faults each.
    private func file(_ count: Int, broken: Int = 0) -> String {
        let providers = (0..<count).map { index in
            let isBroken = (40..<40 + broken).contains(index)
            return #"{"id": "p\#(index)", "issuer": "https://p\#(index).example", "client_id": "c", "#
                + #""client_secret": {"file": "s-\#(index)"}, "keys": "k-\#(index)", "#
                + (isBroken ? #""scope": [], "a": 1, "b": 1, "clock_skew": "\#(index)"}"# : #""clock_skew": "60s"}"#)
        }
        let organizations = (0..<count).map { #"{"id": "o\#($0)", "providers": ["p\#($0)"]}"# }
        return TestFiles.file(
            #""secret_key": {"file": "secret.key"}, "providers": [\#(providers.joined(separator: ","))], "#
                + #""organizations": [\#(organizations.joined(separator: ","))]"#)
    }

    private func parse(_ text: String, threads: Int, _ reads: Reads = Reads()) throws(ConfigurationError) -> Settings {
        try SettingsFile.parse(
            Array(text.utf8), path: "etc/gatehouse.jsonc", sources: reads.sources(), threads: threads)
    }

    @Test("each file is read once, whatever the number of providers and threads", arguments: [150, 300], [1, 4])
    func reads(count: Int, threads: Int) throws {
        let reads = Reads()
        let settings = try parse(file(count), threads: threads, reads)
        let names = (0..<count).flatMap { ["etc/k-\($0)", "etc/s-\($0)"] } + ["etc/secret.key"]
        #expect(reads.all == Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }))
        #expect(settings.providers.map(\.id.text) == (0..<count).map { "p\($0)" })
        #expect(settings.organizations.map(\.id.text) == (0..<count).map { "o\($0)" })
        #expect(settings.providers.map { $0.clientSecret?.text } == (0..<count).map { "secret of s-\($0)" })
    }

    @Test("several threads report the faults and warnings of one, in its order")
    func findings() throws {
        // Of more than a thousand faults, only the first ones are kept, and they may come from several threads.
        for broken in [0, 3, 100, 255] {
            let text = file(300, broken: broken)
            let expected = findings(of: text, threads: 1)
            #expect(expected.faults.count == min(4 * broken, SettingReader.maximumFaults))
            #expect(expected.warnings.count > 30)
            for threads in [2, 3, 4] {
                let found = findings(of: text, threads: threads)
                let hasSameFaults = found.faults == expected.faults
                let hasSameWarnings = found.warnings == expected.warnings
                #expect(hasSameFaults && (hasSameWarnings || broken == 255))
            }
        }
    }

    private func findings(of text: String, threads: Int) -> (faults: [SettingIssue], warnings: [Warning]) {
        do throws(ConfigurationError) {
            return ([], try parse(text, threads: threads).warnings)
        } catch {
            return (error.faults, error.warnings)
        }
    }
}
