import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing

@testable import Grants

@Suite("Suspensions")
struct SuspensionTests {
    private let world: AccessWorld
    private let carla: ScriptedCredential
    private let acme = AccessWorld.acme

    init() async throws {
        world = try AccessWorld()
        carla = try await world.manager()
    }

    private var snapshot: AccessSnapshot { world.access.snapshots.read().value }

    private func suspend(_ user: ScriptedCredential) async throws -> Suspension {
        try await world.suspend(user.id, by: carla.acting()).get()
    }

    private func unsuspend(_ id: IdentityID) async throws -> Result<Void, AccessRefusal> {
        try await world.access.unsuspend(
            id, in: acme, by: carla.acting(), recording: AccessWorld.record(.suspensionDelete))
    }

    private func extend(_ id: IdentityID, to email: EmailAddress) async throws -> Result<Void, AccessRefusal> {
        try await world.access.extendSuspension(
            of: id, to: email, in: acme, recording: AccessWorld.record(.suspensionExtend))
    }

    @Test("a suspension overrides claims and grants, and its end brings both back")
    func overrides() async throws {
        let vic = try await world.signedIn("vic", groups: ["viewers"])
        try await world.grant(.publisher, to: vic.identity)
        let before = world.access.state.entitlement(of: vic.currentClaims, in: acme)
        #expect(before?.permissions == [.readMetrics, .readMembers, .writeInventory])
        _ = try await suspend(vic)
        let during = world.access.state.entitlement(of: vic.currentClaims, in: acme)
        #expect(during?.role == nil && during?.permissions == [] && during?.reason == .suspended)
        _ = try await unsuspend(vic.id).get()
        #expect(world.access.state.entitlement(of: vic.currentClaims, in: acme)?.standing == before?.standing)
        #expect(try await world.place.count("suspension_email") == 0)
    }

    @Test("names that look alike are suspended one by one")
    func octets() async throws {
        let (composed, decomposed) = ("jos\u{E9}", "jose\u{301}")
        let one = try await world.signedIn(composed, groups: ["viewers"])
        let other = try await world.signedIn(decomposed, groups: ["viewers"])
        _ = try await suspend(one)
        #expect(snapshot.isSuspended(one.identity, verifiedEmail: nil, in: acme))
        #expect(!snapshot.isSuspended(other.identity, verifiedEmail: nil, in: acme))
        #expect(world.access.state.entitlement(of: other.currentClaims, in: acme)?.role == .viewer)
        #expect(try await world.access.suspensions(of: acme, after: nil, limit: 9).map(\.identity) == [one.identity])
    }

    @Test(
        "a suspension covers every account with a verified address of the user",
        arguments: [
            ("pat@acme.example", true, true), ("PAT@Acme.Example", true, true), ("pat@acme.example", false, false),
            ("p\u{E1}t@acme.example", true, false), ("pat@acme.example ", true, false),
        ])
    func addresses(email: String, isVerified: Bool, isCovered: Bool) async throws {
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        let twin = try world.user("twin", groups: ["viewers"], email: email, isVerified: isVerified)
        _ = try await suspend(pat)
        let reason = world.access.state.entitlement(of: twin.currentClaims, in: acme)?.reason
        #expect((reason == .suspended) == isCovered)
    }

    @Test("addresses that look alike are suspended one by one")
    func addressOctets() async throws {
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "p\u{E1}t@acme.example")
        _ = try await suspend(pat)
        #expect(snapshot.isSuspended("p\u{E1}t@acme.example", in: acme))
        #expect(!snapshot.isSuspended("pa\u{301}t@acme.example", in: acme))
        // Only ASCII letters are compared without regard to case.
        #expect(!snapshot.isSuspended("p\u{C1}t@acme.example", in: acme))
    }

    @Test("the verified address of an accepted invitation is suspended too")
    func grantAddress() async throws {
        let pat = try await world.signedIn("pat", groups: [], email: "new@acme.example")
        let identity = pat.identity
        try await world.access.database.write { transaction throws(DatabaseError) in
            _ = try AccessStore.grant(
                .viewer, to: identity, in: AccessWorld.acme, email: "Old@acme.example", source: .invitation,
                at: ManualClock.start, transaction)
        }
        let suspension = try await suspend(pat)
        #expect(suspension.emails == ["old@acme.example", "new@acme.example"] && suspension.email != nil)
        #expect(
            snapshot.isSuspended("OLD@acme.example", in: acme) && snapshot.isSuspended("new@acme.example", in: acme))
    }

    @Test("an unverified address suspends no other account")
    func unverified() async throws {
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "ceo@acme.example", isVerified: false)
        #expect(try await suspend(pat).emails.isEmpty)
        #expect(!snapshot.suspendsAddresses(in: acme))
    }

    @Test("only identities that the organization knows are suspended, and only in it")
    func known() async throws {
        let stranger = try world.user("stranger")
        #expect(try await world.suspend(stranger.id, by: carla.acting()) == .failure(.notFound))
        try await world.grant(.viewer, to: stranger.identity, in: AccessWorld.globex)
        #expect(try await world.suspend(stranger.id, by: carla.acting()) == .failure(.notFound))
        try await world.grant(.viewer, to: stranger.identity)
        #expect(try await suspend(stranger).identity == stranger.identity)
        #expect(!snapshot.isSuspended(stranger.identity, verifiedEmail: nil, in: AccessWorld.globex))
        #expect(try await unsuspend(carla.id).error == .notFound)
    }

    @Test("a second suspension returns the first, and records nothing")
    func again() async throws {
        let pat = try await world.signedIn("pat", groups: ["viewers"])
        let first = try await suspend(pat)
        world.clock.advance(.seconds(60))
        #expect(try await suspend(pat) == first)
        #expect(try await world.events().map(\.action) == ["suspension_create"])
    }

    @Test("an extension adds one address, once, to a suspended user alone")
    func extended() async throws {
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        #expect(try await extend(pat.id, to: "more@acme.example").error == .notFound)
        _ = try await suspend(pat)
        _ = try await extend(pat.id, to: "More@acme.example").get()
        #expect(try await extend(pat.id, to: "MORE@acme.example").error == .notFound)
        #expect(try await extend(carla.id, to: "other@acme.example").error == .notFound)
        #expect(snapshot.isSuspended("more@acme.example", in: acme))
        #expect(!snapshot.isSuspended("other@acme.example", in: acme))
        let events = try await world.events().filter { $0.action == "suspension_extend" }
        #expect(events.map { $0.detail("email") } == ["more@acme.example"])
        #expect(!snapshot.lacksEmail("more@acme.example", ofSuspended: pat.identity, in: acme))
        _ = try await unsuspend(pat.id).get()
        #expect(!snapshot.isSuspended("more@acme.example", in: acme) && !snapshot.suspendsAddresses(in: acme))
    }

    @Test("two suspended users share an address until both suspensions have ended")
    func shared() async throws {
        let one = try await world.signedIn("one", groups: ["viewers"], email: "team@acme.example")
        let two = try await world.signedIn("two", groups: ["viewers"], email: "team@acme.example")
        _ = try await suspend(one)
        _ = try await suspend(two)
        _ = try await unsuspend(one.id).get()
        #expect(snapshot.isSuspended(one.identity, verifiedEmail: "team@acme.example", in: acme))
        _ = try await unsuspend(two.id).get()
        #expect(!snapshot.isSuspended(one.identity, verifiedEmail: "team@acme.example", in: acme))
    }

    @Test("pages of suspensions go on behind the last one")
    func pages() async throws {
        for number in 0..<5 { _ = try await suspend(try await world.signedIn("s\(number)", groups: ["viewers"])) }
        var (seen, last): ([Suspension], IdentityID?) = ([], nil)
        while true {
            let page = try await world.access.suspensions(of: acme, after: last, limit: 2)
            guard let end = page.last else { break }
            (seen, last) = (seen + page, end.id)
        }
        #expect(seen.count == 5 && Set(seen.map(\.id)).count == 5)
        #expect(seen.map(\.id.text) == seen.map(\.id.text).sorted())
    }
}
