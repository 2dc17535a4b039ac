import Endpoints
import GatehouseTesting
import RuntimeConfiguration
import Testing

@testable import Server

@Suite("Configurations that a reload replaced")
struct RetiredConfigurationsTests {
    private func configuration() throws -> RuntimeConfiguration {
        try StaticKeys().configuration(organizations: ["acme"])
    }

    @Test("a configuration is kept while a request uses it, and then freed")
    func keeping() throws {
        let retired = RetiredConfigurations()
        var used: RuntimeConfiguration? = try configuration()
        weak var unused: RuntimeConfiguration?
        do {
            let other = try configuration()
            unused = other
            retired.keep(other)
        }
        retired.keep(try #require(used))
        #expect(retired.count == 2 && unused != nil)
        retired.free()
        #expect(retired.count == 1 && unused == nil)
        #expect(used?.organization("acme") != nil)
        used = nil
        retired.free()
        #expect(retired.count == 0)
    }
}
