import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing

@testable import Grants

/// A change by an actor, and the permission that it needs.
private enum ActorChange: String, CaseIterable, Sendable {
    case revoke, suspend, unsuspend, addRule, editRule, removeRule

    var permission: Permission {
        switch self {
        case .revoke, .suspend, .unsuspend: .writeMembers
        case .addRule, .editRule, .removeRule: .writeMappings
        }
    }
}

@Suite("The permission of an actor, checked inside the transaction")
struct ActorTests {
    private let world: AccessWorld
    private let carla: ScriptedCredential
    private let vic: ScriptedCredential
    private let grant: Grant
    private let rule: String
    private let acme = AccessWorld.acme

    init() async throws {
        world = try AccessWorld()
        carla = try await world.manager()
        vic = try await world.signedIn("vic", groups: ["viewers"])
        grant = try await world.grant(.viewer, to: AccessWorld.identity("pat"))
        let draft = MappingDraft(claimName: "a", match: .equals, claimValue: "b", role: .viewer)
        rule = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get().row.id
        _ = try await world.suspend(IdentityID(grant.identity), by: carla.acting()).get()
    }

    private func attempt(_ change: ActorChange, by actor: AccessActor) async throws -> AccessRefusal? {
        let draft = MappingDraft(claimName: "c", match: .exists, claimValue: "", role: .viewer)
        var edit = MappingEdit()
        edit.claimValue = "d"
        switch change {
        case .revoke:
            return try await world.access.revoke(
                grant.id, in: acme, by: actor, recording: AccessWorld.record(.grantRevoke)
            ).error
        case .suspend: return try await world.suspend(vic.id, by: actor).error
        case .unsuspend:
            return try await world.access.unsuspend(
                IdentityID(grant.identity), in: acme, by: actor, recording: AccessWorld.record(.suspensionDelete)
            ).error
        case .addRule: return try await world.change(.add(draft, at: 0), by: actor).error
        case .editRule: return try await world.change(.edit(rule, edit, at: nil), by: actor).error
        case .removeRule: return try await world.change(.remove(rule), by: actor).error
        }
    }

    /// Expects that a refused change leaves the store as it is.
    private func expect(
        _ refusal: AccessRefusal, _ change: ActorChange, by actor: AccessActor,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await world.place.content()
        #expect(try await attempt(change, by: actor) == refusal, "\(change)", sourceLocation: location)
        #expect(try await world.place.content() == before, "\(change)", sourceLocation: location)
    }

    @Test("a manager makes each change, once", arguments: ActorChange.allCases)
    fileprivate func permitted(change: ActorChange) async throws {
        let before = carla.checks
        #expect(try await attempt(change, by: carla.acting(change.permission)) == nil)
        #expect(carla.checks == before + 1)
    }

    @Test("a user without the permission makes no change", arguments: ActorChange.allCases)
    fileprivate func refused(change: ActorChange) async throws {
        try await expect(.notPermitted(isMember: true), change, by: vic.acting(change.permission))
        let stranger = try world.user("stranger")
        try await expect(.notPermitted(isMember: false), change, by: stranger.acting(change.permission))
        let publisher = try world.user("publisher")
        try await world.grant(.publisher, to: publisher.identity)
        try await expect(.notPermitted(isMember: true), change, by: publisher.acting(change.permission))
        let foreign = try world.user("foreign", groups: ["managers"], isElsewhere: true)
        try await world.grant(.manager, to: foreign.identity)
        try await expect(.notPermitted(isMember: false), change, by: foreign.acting(change.permission))
    }

    @Test("a session that ends before the transaction makes no change", arguments: ActorChange.allCases)
    fileprivate func ended(change: ActorChange) async throws {
        let carla = carla
        carla.meanwhile { _ throws(DatabaseError) in carla.end() }
        try await expect(.signedOut, change, by: carla.acting(change.permission, isConfirmed: true))
    }

    @Test("a grant that is revoked before the transaction permits nothing", arguments: ActorChange.allCases)
    fileprivate func revoked(change: ActorChange) async throws {
        let gus = try world.user("gus", groups: ["viewers"])
        try await world.grant(.manager, to: gus.identity)
        gus.meanwhile { transaction throws(DatabaseError) in
            try transaction.execute("DELETE FROM access_grant WHERE subject = 'gus'")
        }
        try await expect(.notPermitted(isMember: true), change, by: gus.acting(change.permission))
        #expect(try await attempt(change, by: gus.acting(change.permission)) == nil)
    }

    @Test("a manager who is suspended before the transaction makes no change", arguments: ActorChange.allCases)
    fileprivate func suspended(change: ActorChange) async throws {
        for address in [false, true] {
            let id = try carla.id.text
            carla.meanwhile { transaction throws(DatabaseError) in
                if address {
                    try transaction.execute("INSERT INTO suspension_email VALUES ('acme', 'x', 'carla@acme.example')")
                } else {
                    try transaction.execute(
                        """
                        INSERT INTO suspension (organization, identity, issuer, subject, created_at)
                        VALUES ('acme', $1, 'https://idp.example', 'carla', 0)
                        """, .text(id))
                }
            }
            try await expect(.notPermitted(isMember: false), change, by: carla.acting(change.permission))
        }
    }

    @Test("settings that are put in force before the transaction decide it", arguments: ActorChange.allCases)
    fileprivate func reloaded(change: ActorChange) async throws {
        let rehearsal = try await ActorTests()
        let count = try await rehearsal.world.readings {
            _ = try await rehearsal.attempt(change, by: rehearsal.carla.acting(change.permission))
        }
        let lower = [
            AccessWorld.rule("managers", .viewer, id: "file:1"), AccessWorld.rule("viewers", .viewer, id: "file:2"),
        ]
        let cases: [(AccessSettings, Bool)] = [
            (try AccessWorld.settings(lower), true), (try AccessWorld.settings(listing: []), false),
            (try AccessWorld.settings(listing: nil), false), (try AccessWorld.settings([]), false),
        ]
        for (settings, isMember) in cases {
            let world = world
            world.meanwhile(atReading: count) { world.reload(settings) }
            try await expect(.notPermitted(isMember: isMember), change, by: carla.acting(change.permission))
            world.reload(try AccessWorld.settings())
        }
    }

    @Test("a renewal of the session before the transaction decides it", arguments: ActorChange.allCases)
    fileprivate func renewed(change: ActorChange) async throws {
        let (carla, claims) = (carla, try world.claims("carla", groups: ["viewers"]))
        carla.meanwhile { _ throws(DatabaseError) in carla.renew(with: claims) }
        try await expect(.notPermitted(isMember: true), change, by: carla.acting(change.permission))
    }

    @Test("a failure of the check fails the change", arguments: ActorChange.allCases)
    fileprivate func failed(change: ActorChange) async throws {
        let before = try await world.place.content()
        carla.meanwhile { _ throws(DatabaseError) in throw DatabaseError(.inputOutput, cause: "test") }
        await #expect(throws: DatabaseError.self) {
            _ = try await attempt(change, by: carla.acting(change.permission))
        }
        #expect(try await world.place.content() == before)
    }

    @Test("objects of another organization are unknown to its manager")
    func elsewhere() async throws {
        let globex = try world.user("glenn", groups: ["globex-managers"])
        let revoked = try await world.access.revoke(
            grant.id, in: AccessWorld.globex, by: globex.acting(), recording: AccessWorld.record(.grantRevoke))
        #expect(revoked.error == .notFound)
        let removed = try await world.access.changeMappings(
            .remove(rule), in: AccessWorld.globex, by: globex.acting(.writeMappings),
            expecting: AccessStore.ExpectedRules(
                file: world.access.state.rules.fileRules(of: AccessWorld.globex)?.mappings ?? [], tag: nil),
            recording: AccessWorld.record(.claimMappingUpdate))
        #expect(removed.error == .notFound)
        let suspended = try await world.access.suspend(
            vic.id, in: AccessWorld.globex, by: globex.acting(), recording: AccessWorld.record(.suspensionCreate))
        #expect(suspended.error == .notFound)
        let unsuspended = try await world.access.unsuspend(
            IdentityID(grant.identity), in: AccessWorld.globex, by: globex.acting(),
            recording: AccessWorld.record(.suspensionDelete))
        #expect(unsuspended.error == .notFound)
        try await expect(.notPermitted(isMember: false), .revoke, by: globex.acting())
    }

    @Test("other tables of the store ask for the same refusal", arguments: Permission.allCases)
    func asked(permission: Permission) async throws {
        for (user, role) in [(carla, Role.manager), (vic, .viewer)] {
            let (access, actor) = (world.access, user.acting(permission))
            let refusal = try await world.place.database.read { transaction throws(DatabaseError) in
                try access.refusal(of: actor, in: AccessWorld.acme, transaction)
            }
            #expect((refusal == nil) == role.permissions.contains(permission))
        }
    }
}
