import GatehouseTesting
import Identities
import OpenID
import Sessions
import Testing
import Text

@testable import SignInFlow

@Suite("The choice of a provider")
struct ProviderChoiceTests {
    private let idp = "redirect to https://idp.example/authorize"
    private let other = "redirect to https://other.example/authorize"

    private func step(_ world: FlowWorld, _ query: String) async throws -> String {
        try await FlowBrowser(world).login(query).step
    }

    @Test("the user chooses among several providers")
    func several() async throws {
        let world = try FlowWorld()
        #expect(try await step(world, "") == "choose (plain)")
        #expect(try await step(world, "provider=other") == other)
        #expect(world.configuration.offered.map(\.id) == [AccessWorld.idp, AccessWorld.other])
    }

    @Test("the only provider is used without a choice, unless it must not be named")
    func only() async throws {
        let listed = try FlowWorld { $0.providers = [AccessWorld.idp] }
        #expect(try await step(listed, "") == idp)
        let unlisted = try FlowWorld { setup in
            setup.providers = [AccessWorld.idp]
            setup.listed = []
        }
        #expect(try await step(unlisted, "") == "choose (plain)")
        #expect(try await step(unlisted, "provider=idp") == idp)
        #expect(unlisted.configuration.offered.isEmpty)
    }

    @Test(
        "an unknown provider gets the same page as an unknown address",
        arguments: [
            "provider=nowhere", "provider=IDP", "provider=%2Fidp", "email=a%40nowhere.example", "email=acme.example",
            "email=a%40acme.example.evil",
        ])
    func unknown(query: String) async throws {
        let world = try FlowWorld { $0.domains = ["acme.example": [AccessWorld.idp]] }
        #expect(try await step(world, query) == "choose (unknown)")
    }

    @Test("an address selects the provider of its domain, which is compared by octets without case")
    func domain() async throws {
        let world = try FlowWorld { $0.domains = ["kelvin.example": [AccessWorld.other]] }
        #expect(try await step(world, "email=a%40KELVIN.example") == other)
        #expect(try await step(world, "email=a%40b%40kelvin.example") == other)
        #expect(try await step(world, "email=a%40%E2%84%AAelvin.example") == "choose (unknown)")
        let long = String(repeating: "a", count: 254 - "@kelvin.example".utf8.count)
        #expect(try await step(world, "email=\(long)%40kelvin.example") == other)
        #expect(try await step(world, "email=a\(long)%40kelvin.example") == "choose (unknown)")
    }

    @Test("of several providers of a domain, the organization's own comes first")
    func preference() async throws {
        let world = try FlowWorld { $0.domains = ["shared.example": [AccessWorld.other, AccessWorld.idp]] }
        #expect(try await step(world, "email=a%40shared.example") == other)
        // Acme lists only `idp`, Globex lists both.
        #expect(try await step(world, "email=a%40shared.example&organization=acme") == idp)
        #expect(try await step(world, "email=a%40shared.example&organization=globex") == other)
        #expect(try await step(world, "email=a%40shared.example&organization=nowhere") == other)
    }

    @Test("an organization selects no provider")
    func organization() async throws {
        let world = try FlowWorld()
        #expect(try await step(world, "organization=acme") == "choose (plain)")
        #expect(try await step(world, "organization=nowhere") == "choose (plain)")
    }

    @Test("a named provider comes before an address")
    func both() async throws {
        let world = try FlowWorld { $0.domains = ["acme.example": [AccessWorld.idp]] }
        #expect(try await step(world, "provider=other&email=a%40acme.example") == other)
    }

    @Test("users see a provider's name, or its id if it has none")
    func names() throws {
        let configuration = try FlowWorld().configuration
        #expect(configuration.name(of: AccessWorld.idp) == "Acme's provider")
        #expect(configuration.name(of: AccessWorld.other) == "other")
    }

    @Test("a session ends if its provider is gone or has another issuer")
    func standing() async throws {
        let world = try FlowWorld()
        let session = try #require(try await world.browser("carla").session)
        func standing(_ change: (inout FlowWorld.Setup) -> Void) -> SessionStanding {
            world.reading(change).standing(of: session, at: world.clock.now)
        }
        #expect(standing { _ in } == .good)
        #expect(standing { $0.providers = [AccessWorld.other] } == .ended)
        #expect(standing { $0.issuers = [AccessWorld.idp: "https://moved.example"] } == .ended)
        world.clock.advance(.seconds(3600))
        #expect(standing { _ in } == .claimsTooOld)
        world.clock.advance(.seconds(7 * 3600))
        #expect(standing { _ in } == .ended)
    }
}
