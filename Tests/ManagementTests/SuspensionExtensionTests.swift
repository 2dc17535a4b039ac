import ClaimMapping
import Databases
import GatehouseTesting
import Grants
import Identities
import Policy
import Synchronization
import Testing
import Time
import Tokens

@testable import Management

@Suite("The extension of a suspension to new addresses")
struct SuspensionExtensionTests {
    private let world: ManagementWorld
    private let time: Time
    private let extensions: SuspensionExtensions
    private let pat: ScriptedCredential

    private final class Time: Sendable {
        private let elapsed = Mutex(0)
        private let start = MonotonicTime.now()
        var now: MonotonicTime { start + .seconds(elapsed.withLock { $0 }) }
        func advance(_ seconds: Int) { elapsed.withLock { $0 += seconds } }
    }

    init() async throws {
        world = try await ManagementWorld()
        let time = Time()
        self.time = time
        extensions = SuspensionExtensions(world.access.access, monotonic: { time.now })
        pat = try await world.access.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        _ = try await world.actions().suspend(pat.id, isConfirmed: false)
    }

    private func due(_ claims: VerifiedClaims) throws -> SuspensionExtension? {
        let state = world.access.access.state
        return extensions.due(claims, try #require(state.entitlement(of: claims, in: AccessWorld.acme)), under: state)
    }

    private func claims(_ email: String?, _ subject: String = "pat", isVerified: Bool = true) throws -> VerifiedClaims {
        try world.access.claims(subject, groups: ["viewers"], email: email, isVerified: isVerified)
    }

    private func extend(_ new: SuspensionExtension) async -> Bool {
        await extensions.extend(new, requestID: "r", address: "192.0.2.1")
    }

    @Test("a new verified address of a suspended user is due, until it is suspended")
    func due() async throws {
        let new = try #require(try due(claims("New@acme.example")))
        #expect(new.email == "new@acme.example" && new.organization == AccessWorld.acme)
        #expect(await extend(new))
        #expect(try due(claims("NEW@acme.example")) == nil)
        let twin = try claims("new@acme.example", "twin")
        #expect(world.access.access.state.entitlement(of: twin, in: AccessWorld.acme)?.reason == .suspended)
        // Of two requests at once, the second finds the address suspended.
        #expect(await extend(new))
        #expect(try await world.access.place.count("suspension_email") == 2)
        #expect(try await world.access.events().last?.action == "suspension_extend")
    }

    @Test("nothing is due for a known, unverified or missing address")
    func notDue() throws {
        #expect(try due(claims("pat@acme.example")) == nil)
        #expect(try due(claims("PAT@Acme.example")) == nil)
        #expect(try due(claims("new@acme.example", isVerified: false)) == nil)
        #expect(try due(claims(nil)) == nil)
    }

    @Test("nothing is due for a user who is not suspended, or is suspended by the address alone")
    func notSuspended() throws {
        #expect(try due(claims("new@acme.example", "vic")) == nil)
        #expect(try due(claims("pat@acme.example", "twin")) == nil)
        #expect(try due(claims("new@acme.example", "Pat")) == nil, "subjects compare by octets")
        let access = world.access
        access.reload(try AccessWorld.settings(listing: [AccessWorld.other]))
        #expect(try due(claims("new@acme.example")) == nil, "the provider is not listed any more")
    }

    @Test("a refused extension is not due for a minute, for this address alone")
    func refused() async throws {
        // The address is that of the only manager.
        let claims = try claims("carla@acme.example")
        let new = try #require(try due(claims))
        #expect(await !extend(new))
        #expect(try due(claims) == nil)
        #expect(try due(self.claims("CARLA@acme.example")) == nil)
        #expect(try due(self.claims("other@acme.example")) != nil)
        time.advance(59)
        #expect(try due(claims) == nil)
        time.advance(1)
        let again = try #require(try due(claims))
        _ = try await world.access.manager("dora")
        #expect(await extend(again))
        #expect(try due(claims) == nil)
        #expect(world.access.access.state.snapshot.isSuspended("carla@acme.example", in: AccessWorld.acme))
    }

    @Test("a failure of the store is tried again with the next request")
    func failed() async throws {
        let claims = try claims("new@acme.example")
        let new = try #require(try due(claims))
        try await world.access.place.execute("UPDATE person_seen SET provider = '!' WHERE subject = 'carla'")
        #expect(await extend(new))
        #expect(try due(claims) != nil)
        #expect(try await world.access.place.count("suspension_email") == 1)
    }
}
