import Audit
import ClaimMapping
import GatehouseTesting
import Identities
import Policy
import Testing

@testable import Grants

@Suite("A manager's own role")
struct OwnRoleTests {
    private let world: AccessWorld
    private let carla: ScriptedCredential

    init() async throws {
        world = try AccessWorld()
        carla = try await world.manager()
        // Keeps the organization managed, so that only the own role is at stake.
        try await world.grant(.manager, to: AccessWorld.identity("deputy"))
    }

    private func revoke(_ id: String, by actor: AccessActor) async throws -> AccessRefusal? {
        try await world.access.revoke(
            id, in: AccessWorld.acme, by: actor, recording: AccessWorld.record(.grantRevoke)
        ).error
    }

    @Test("a manager suspends themself only with a confirmation")
    func suspension() async throws {
        let twin = try await world.signedIn("twin", groups: ["viewers"], email: "carla@acme.example")
        for target in [carla, twin] {
            #expect(try await world.suspend(target.id, by: carla.acting()) == .failure(.losesOwnRole))
        }
        #expect(try await world.place.count("suspension") == 0)
        #expect(try await world.suspend(twin.id, by: carla.acting(isConfirmed: true)).error == nil)
        #expect(world.access.state.entitlement(of: carla.currentClaims, in: AccessWorld.acme)?.role == nil)
    }

    @Test("a suspension of an address suspends a manager whose own address is unknown")
    func unknownAddress() async throws {
        let lost = try world.user(
            "lost", groups: ["managers"], more: ["_claim_names": #"{"email":"src"}"#])
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        #expect(try await world.suspend(pat.id, by: lost.acting()) == .failure(.losesOwnRole))
        #expect(try await world.suspend(pat.id, by: carla.acting()).error == nil)
        #expect(
            try await world.suspend(pat.id, by: lost.acting()) == .failure(.notPermitted(isMember: false)))
    }

    @Test("a grant is revoked without a confirmation if the role remains, and with one if it sinks")
    func revocation() async throws {
        let gus = try world.user("gus", groups: ["viewers"])
        let manager = try await world.grant(.manager, to: gus.identity)
        let extra = [
            try await world.grant(.viewer, to: gus.identity), try await world.grant(.publisher, to: gus.identity),
        ]
        for grant in extra { #expect(try await revoke(grant.id, by: gus.acting()) == nil) }
        #expect(try await revoke(manager.id, by: gus.acting()) == .losesOwnRole)
        let owns = try await world.grant(.manager, to: carla.identity)
        #expect(try await revoke(owns.id, by: carla.acting()) == nil, "the claims give the role too")
        #expect(try await revoke(manager.id, by: gus.acting(isConfirmed: true)) == nil)
        #expect(world.access.state.entitlement(of: gus.currentClaims, in: AccessWorld.acme)?.role == .viewer)
    }

    @Test("a change of rules that lowers or takes the own role has to be confirmed")
    func rules() async throws {
        let draft = MappingDraft(claimName: "sub", match: .equals, claimValue: "gus", role: .manager)
        let rule = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get().row.id
        let gus = try world.user("gus")
        var lower = MappingEdit()
        lower.role = .viewer
        let first = MappingDraft(claimName: "sub", match: .exists, claimValue: "", role: .viewer)
        for change in [.remove(rule), .edit(rule, lower, at: nil), .add(first, at: 0)] as [MappingChange] {
            let refusal = try await world.change(change, by: gus.acting(.writeMappings)).error
            #expect(refusal == .losesOwnRole, "\(change)")
        }
        #expect(try await world.change(.add(first, at: nil), by: gus.acting(.writeMappings)).error == nil)
        #expect(try await world.change(.remove(rule), by: carla.acting(.writeMappings)).error == nil)
    }

    @Test("the claims that count are those of the renewed session, not those of the request")
    func renewed() async throws {
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .manager)
        let rule = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get().row.id
        let gus = try world.user("gus", groups: ["managers"])
        gus.renew(with: try world.claims("gus", groups: ["late"]))
        #expect(try await world.change(.remove(rule), by: gus.acting(.writeMappings)).error == .losesOwnRole)
        gus.renew(with: try world.claims("gus", groups: ["viewers"]))
        #expect(
            try await world.change(.remove(rule), by: gus.acting(.writeMappings)).error
                == .notPermitted(isMember: true))
    }
}
