import Configuration
import GatehouseTesting
import Identities
import OpenID
import SignInFlow
import Testing
import Tokens

@testable import Cryptography
@testable import RuntimeConfiguration
@testable import Server

/// A configuration of many providers.
@Suite("Many providers")
struct ManyProvidersTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = TemporaryDirectory()
        directory.file("keys.json", try TokenMint().keySet)
    }

    private func settings(_ count: Int, _ members: String = "") throws -> Settings {
        let providers = (0..<count).map {
            #", {"id": "p\#($0)", "issuer": "http://127.0.0.1:1/\#($0)", "insecure_allow_http": true, "#
                + #""client_id": "c", "keys": "keys.json", "email_domains": ["d\#($0).example"]\#(members)}"#
        }
        return try SettingsText.load(SettingsText(secondProvider: providers.joined()).json, in: directory)
    }

    private func lines(of settings: Settings) async throws -> [String] {
        let recorded = try RecordedLog()
        let report = SettingsReport(settings, recorded.log)
        report.writePlainHTTP()
        report.write()
        return await recorded.all().split(separator: "\n").map(String.init)
    }

    @Test("the log lists the first providers, and the number of the others", arguments: [0, 19, 20, 100])
    func log(count: Int) async throws {
        // The settings have one provider besides.
        let (lines, all) = (try await lines(of: try settings(count)), count + 1)
        let listed = min(all, SettingsReport.mostListed)
        #expect(lines.count { $0.contains("register this redirect URI at the provider") } == listed)
        #expect(lines.count { $0.contains("a provider is trusted over plain HTTP") } == listed)
        let rest = lines.filter { $0.contains("\"further providers ") }
        #expect(rest.count == (all > listed ? 2 : 0))
        #expect(rest.allSatisfy { $0.contains("\"count\":\"\(all - listed)\"") })
    }

    @Test("the log lists the first warnings, and the number of the others", arguments: [20, 40])
    func warnings(count: Int) async throws {
        let settings = try settings(count, #", "client_secret": {"env": "SECRET"}, "token_endpoint_auth": "none""#)
        #expect(settings.warnings.count == count)
        let lines = try await lines(of: settings)
        #expect(lines.count { $0.contains("the configuration has a warning") } == SettingsReport.mostListed)
        let rest = lines.filter { $0.contains("the configuration has further warnings") }
        #expect(rest.count == (count > SettingsReport.mostListed ? 1 : 0))
        #expect(rest.allSatisfy { $0.contains("\"count\":\"\(count - SettingsReport.mostListed)\"") })
    }

    @Test("the configuration in force has the keys that were read with the settings, and reads none again")
    func keys() throws {
        let settings = try settings(50)
        let configuration = try RuntimeConfiguration(settings, by: Outbound(http: ScriptedProvider([], ManualClock())))
        for provider in settings.providers {
            let read = provider.keys?.keys.map { ObjectIdentifier($0.key.key) }
            let trusted = configuration.trusted[provider.id]?.keys?.keys.map { ObjectIdentifier($0.key.key) }
            let party = configuration.signIn.party(provider.id)?.trusted.keys?.keys.map {
                ObjectIdentifier($0.key.key)
            }
            #expect(trusted == read && party == read)
            #expect(provider.keys == nil || read?.count == 1)
        }
    }
}
