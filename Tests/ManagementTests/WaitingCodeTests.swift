import Audit
import Cryptography
import GatehouseTesting
import Grants
import Identities
import Management
import Policy
import Sessions
import Testing

@Suite("Codes that wait when access ends")
struct WaitingCodeTests {
    private let world: ManagementWorld
    private let user: ScriptedCredential
    private let grant: Grant
    private let codes: [HandoffCode]
    private let begin: BeginSecret

    init() async throws {
        world = try await ManagementWorld()
        begin = try BeginSecret.make()
        user = try await world.access.signedIn("user", groups: ["viewers"], email: "user@acme.example")
        grant = try await world.access.access.createGrant(
            .viewer, to: user.identity, in: AccessWorld.acme, recording: AccessWorld.record(.grantCreate)
        ).grant
        let apps = AppSessionStore(world.sessions)
        let (own, other) = (try await world.begin(user.currentClaims), try await world.begin(world.carla.currentClaims))
        codes = [
            try #require(try await apps.makeCode(for: own, at: "a.example", begunWith: begin.digest)),
            try #require(try await apps.makeCode(for: other, at: "a.example", begunWith: begin.digest)),
        ]
    }

    /// Whether the codes of the user and of another one still work.
    private func working() async throws -> [Bool] {
        var working: [Bool] = []
        for code in codes {
            let token = try await AppSessionStore(world.sessions).redeem(
                code, at: "a.example", begunWith: begin.digest)
            working.append(token.map { _ in true } ?? false)
        }
        return working
    }

    @Test("they work while nothing has changed")
    func unchanged() async throws {
        #expect(try await working() == [true, true])
    }

    @Test("the operator's revocation voids them", arguments: [false, true])
    func operatorRevokes(_ isForced: Bool) async throws {
        _ = try await world.access.access.revoke(
            grant.id, isForced: isForced, recording: AccessWorld.record(.grantRevoke)
        ).get()
        #expect(try await working() == [false, true])
    }

    @Test("a manager's revocation voids them")
    func managerRevokes() async throws {
        try await world.actions().revoke(grant.id, isConfirmed: false)
        #expect(try await working() == [false, true])
    }

    @Test("a suspension voids them")
    func suspends() async throws {
        _ = try await world.actions().suspend(try IdentityID(user.identity), isConfirmed: false)
        #expect(try await working() == [false, true])
    }

    @Test("an extension of a suspension voids them")
    func extends() async throws {
        _ = try await world.access.access.suspend(
            try IdentityID(user.identity), in: AccessWorld.acme,
            by: AccessActor(world.carla, permission: .writeMembers), recording: AccessWorld.record(.suspensionCreate)
        ).get()
        let apps = AppSessionStore(world.sessions)
        let session = try await world.begin(user.currentClaims)
        let code = try #require(try await apps.makeCode(for: session, at: "a.example", begunWith: begin.digest))
        _ = try await world.access.access.extendSuspension(
            of: try IdentityID(user.identity), to: EmailAddress("new@acme.example"), in: AccessWorld.acme,
            recording: AccessWorld.record(.suspensionExtend)
        ).get()
        #expect(try await apps.redeem(code, at: "a.example", begunWith: begin.digest) == nil)
    }

    @Test("a revocation that is refused leaves them")
    func refused() async throws {
        let refused = try await world.access.access.revoke(
            "unknown", isForced: false, recording: AccessWorld.record(.grantRevoke))
        #expect(refused.error == .notFound)
        #expect(try await working() == [true, true])
    }
}
