import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Testing

@testable import Grants

/// Every change that can take an organization's last manager away.
@Suite("The last manager")
struct LockOutTests {
    private let world: AccessWorld
    private let acme = AccessWorld.acme

    init() throws { world = try AccessWorld() }

    private func revoke(_ id: String, by actor: ScriptedCredential? = nil) async throws -> AccessRefusal? {
        let record = AccessWorld.record(.grantRevoke)
        guard let actor else {
            return try await world.access.revoke(id, isForced: false, recording: record).error
        }
        return try await world.access.revoke(
            id, in: acme, by: actor.acting(isConfirmed: true), recording: record
        ).error
    }

    private func suspend(_ user: ScriptedCredential, by actor: ScriptedCredential) async throws -> AccessRefusal? {
        try await world.suspend(user.id, by: actor.acting(isConfirmed: true)).error
    }

    private func change(_ change: MappingChange, by actor: ScriptedCredential) async throws -> AccessRefusal? {
        try await world.change(change, by: actor.acting(.writeMappings, isConfirmed: true)).error
    }

    private let late = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .manager)

    /// Returns the id of a stored rule by which `gus` is the only manager.
    private func managedByStoredRule() async throws -> (rule: String, gus: ScriptedCredential) {
        let carla = try await world.manager()
        let id = try await world.change(.add(late, at: nil), by: carla.acting(.writeMappings)).get().row.id
        let gus = try await world.signedIn("gus", groups: ["late"], email: "gus@acme.example")
        #expect(try await suspend(carla, by: gus) == nil)
        return (id, gus)
    }

    @Test("the last manager grant is not revoked, by the operator or by its holder")
    func revocation() async throws {
        let grant = try await world.grant(.manager, to: AccessWorld.identity("gus"))
        #expect(try await revoke(grant.id) == .wouldLockOut)
        #expect(try await revoke(grant.id, by: world.user("gus")) == .wouldLockOut)
        #expect(try await world.access.grants(acme) == [grant])
        let other = try await world.grant(.manager, to: AccessWorld.identity("pat"))
        #expect(try await revoke(grant.id, by: world.user("gus")) == nil)
        #expect(try await revoke(other.id) == .wouldLockOut)
        let viewer = try await world.grant(.viewer, to: AccessWorld.identity("gus"))
        #expect(try await revoke(viewer.id) == nil, "a viewer's grant keeps no manager")
    }

    @Test("a manager by claims remains for thirty days after the sign-in")
    func remembered() async throws {
        _ = try await world.manager()
        let grant = try await world.grant(.manager, to: AccessWorld.identity("gus"))
        world.clock.advance(.seconds(30 * 86400))
        #expect(try await revoke(grant.id) == .wouldLockOut)
        world.clock.advance(.seconds(-1))
        #expect(try await revoke(grant.id) == nil)
    }

    @Test(
        "a manager grant does not remain if its holder has no access",
        arguments: ["unlisted provider", "suspended", "suspended address"])
    func ineffective(reason: String) async throws {
        let carla = try await world.manager()
        let isElsewhere = reason == "unlisted provider"
        let gus = try await world.signedIn("gus", email: "gus@acme.example", isElsewhere: isElsewhere)
        let twin = try await world.signedIn("twin", groups: ["viewers"], email: "gus@acme.example")
        try await world.grant(.manager, to: gus.identity)
        if reason == "suspended" { #expect(try await suspend(gus, by: carla) == nil) }
        if reason == "suspended address" { #expect(try await suspend(twin, by: carla) == nil) }
        #expect(try await suspend(carla, by: carla) == .wouldLockOut)
        #expect(try await world.access.hasManager(acme))
    }

    @Test("a manager grant does not remain if its holder's unknown address could be suspended")
    func unknownAddress() async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        let gus = try await world.signedIn("gus", more: ["_claim_names": #"{"email":"src"}"#])
        try await world.grant(.manager, to: gus.identity)
        // No address is suspended yet; the suspension of Carla's own would be the first.
        #expect(try await suspend(carla, by: carla) == .wouldLockOut)
        #expect(try await suspend(pat, by: carla) == nil)
        #expect(world.access.state.entitlement(of: gus.currentClaims, in: acme)?.role == nil)
        #expect(try await suspend(carla, by: carla) == .wouldLockOut)
        // A sign-in that shows the address makes the grant count.
        let shown = try world.claims("gus", email: "gus@acme.example")
        try await AccessWorld.signIn(shown, to: world.access)
        #expect(try await suspend(carla, by: carla) == nil)
    }

    @Test("the last manager is not suspended, by identity or by another account with the address")
    func suspension() async throws {
        let carla = try await world.manager()
        let twin = try await world.signedIn("twin", groups: ["viewers"], email: "CARLA@acme.example")
        #expect(try await suspend(carla, by: carla) == .wouldLockOut)
        #expect(try await suspend(twin, by: carla) == .wouldLockOut)
        #expect(try await world.place.count("suspension") == 0)
        #expect(try await world.place.count("suspension_email") == 0)
        _ = try await world.manager("dora")
        #expect(try await suspend(twin, by: carla) == nil)
    }

    @Test("a suspension is not extended to the address of the last manager")
    func extensions() async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"])
        #expect(try await suspend(pat, by: carla) == nil)
        func extend() async throws -> AccessRefusal? {
            try await world.access.extendSuspension(
                of: pat.id, to: "carla@acme.example", in: acme, recording: AccessWorld.record(.suspensionExtend)
            ).error
        }
        #expect(try await extend() == .wouldLockOut)
        #expect(try await world.place.count("suspension_email") == 0)
        _ = try await world.manager("dora")
        #expect(try await extend() == nil)
    }

    @Test("the rule of the last manager is not removed, changed or overruled")
    func rules() async throws {
        let (rule, gus) = try await managedByStoredRule()
        var lower = MappingEdit()
        lower.role = .viewer
        var elsewhere = MappingEdit()
        elsewhere.claimValue = "others"
        let first = MappingDraft(claimName: "groups", match: .exists, claimValue: "", role: .viewer)
        for refused in [
            .remove(rule), .edit(rule, lower, at: nil), .edit(rule, elsewhere, at: nil), .add(first, at: 0),
        ] as [MappingChange] {
            #expect(try await change(refused, by: gus) == .wouldLockOut, "\(refused)")
        }
        #expect(try await change(.add(first, at: 1), by: gus) == nil, "behind the rule it decides nothing")
        try await world.grant(.manager, to: AccessWorld.identity("operator's"))
        #expect(try await change(.remove(rule), by: gus) == nil)
    }

    @Test("an organization without a manager can lose none by a change of rules or an extension")
    func unmanaged() async throws {
        let vic = try await world.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        #expect(try await !world.access.hasManager(acme))
        // The claims of a manager who has not signed in for long still permit a change.
        let old = try world.user("old", groups: ["managers"])
        #expect(try await suspend(vic, by: old) == nil)
        let id = try await world.change(.add(late, at: nil), by: old.acting(.writeMappings)).get().row.id
        #expect(try await change(.remove(id), by: old) == nil)
        let result = try await world.access.extendSuspension(
            of: vic.id, to: "more@acme.example", in: acme, recording: AccessWorld.record(.suspensionExtend))
        #expect(result.error == nil)
    }

    // MARK: Sign-ins during every attempt

    /// The changes that keep a manager.
    enum Change: CaseIterable {
        case revocation, operatorRevocation, suspension, suspensionExtension, rules
    }

    private func perform(_ change: Change, by carla: ScriptedCredential) async throws -> AccessRefusal? {
        let grant = try await world.grant(.manager, to: AccessWorld.identity("gus"))
        let pat = try await world.signedIn("pat", groups: ["viewers"])
        let rule = try await world.change(.add(late, at: nil), by: carla.acting(.writeMappings)).get().row.id
        if change == .suspensionExtension { #expect(try await suspend(pat, by: carla) == nil) }
        if change != .revocation, change != .operatorRevocation {
            _ = try await world.access.revoke(grant.id, isForced: true, recording: AccessWorld.record(.grantRevoke))
        }
        world.signInAgain(atEveryReading: carla)
        var refusal: AccessRefusal?
        let readings = try await world.readings {
            refusal =
                switch change {
                case .revocation: try await revoke(grant.id, by: carla)
                case .operatorRevocation: try await revoke(grant.id)
                case .suspension: try await suspend(pat, by: carla)
                case .suspensionExtension:
                    try await world.access.extendSuspension(
                        of: pat.id, to: "pat@acme.example", in: acme, recording: AccessWorld.record(.suspensionExtend)
                    ).error
                case .rules: try await self.change(.remove(rule), by: carla)
                }
        }
        #expect(readings > 10, "every prepared attempt was outdated")
        return refusal
    }

    @Test("a change is decided although the only manager signs in during every attempt", arguments: Change.allCases)
    func busyManager(change: Change) async throws {
        #expect(try await perform(change, by: world.manager()) == nil)
    }

    @Test("a change that leaves no manager is refused although a viewer signs in during every attempt")
    func busyViewer() async throws {
        let vic = try await world.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        let grant = try await world.grant(.manager, to: AccessWorld.identity("gus"))
        world.signInAgain(atEveryReading: vic)
        var refusal: AccessRefusal?
        let readings = try await world.readings { refusal = try await revoke(grant.id) }
        #expect(readings > 10, "every prepared attempt was outdated")
        #expect(refusal == .wouldLockOut)
        #expect(try await world.access.grants(acme) == [grant])
    }

    // MARK: At once

    @Test("of two last grants that their holders revoke at once, one remains")
    func revocationsAtOnce() async throws {
        for _ in 0..<5 {
            let (one, two) = (try world.user("one"), try world.user("two"))
            let grants = [
                try await world.grant(.manager, to: one.identity), try await world.grant(.manager, to: two.identity),
            ]
            async let first = revoke(grants[0].id, by: one)
            async let second = revoke(grants[1].id, by: two)
            let refusals = try await [first, second]
            #expect(refusals.count { $0 == nil } == 1 && refusals.contains(.wouldLockOut), "\(refusals)")
            let left = try await world.access.grants(acme)
            #expect(left.count == 1)
            for grant in left {
                _ = try await world.access.revoke(
                    grant.id, isForced: true, recording: AccessWorld.record(.grantRevoke))
            }
        }
    }

    @Test(
        "of two last managers by claims who suspend themselves or each other at once, one remains",
        arguments: [true, false])
    func suspensionsAtOnce(isMutual: Bool) async throws {
        for _ in 0..<5 {
            let world = try AccessWorld()
            let (one, two) = (try await world.manager("one"), try await world.manager("two"))
            let targets = isMutual ? [try two.id, try one.id] : [try one.id, try two.id]
            async let first = world.suspend(targets[0], by: one.acting(isConfirmed: true))
            async let second = world.suspend(targets[1], by: two.acting(isConfirmed: true))
            let refusals = try await [first.error, second.error]
            #expect(refusals.count { $0 == nil } == 1, "\(refusals)")
            let other = isMutual ? AccessRefusal.notPermitted(isMember: false) : .wouldLockOut
            #expect(refusals.contains(.wouldLockOut) || refusals.contains(other), "\(refusals)")
            #expect(try await world.access.hasManager(acme))
            #expect(try await world.place.count("suspension") == 1)
        }
    }

    @Test("of a suspension and the removal of a rule that leave no manager together, one is refused")
    func differentAtOnce() async throws {
        for _ in 0..<5 {
            let world = try AccessWorld()
            let carla = try await world.manager()
            let rule = try await world.change(.add(late, at: nil), by: carla.acting(.writeMappings)).get().row.id
            _ = try await world.signedIn("gus", groups: ["late"])
            async let removal = world.change(.remove(rule), by: carla.acting(.writeMappings))
            async let suspension = world.suspend(carla.id, by: carla.acting(isConfirmed: true))
            let refusals = try await [removal.error, suspension.error]
            #expect(refusals.count { $0 == nil } == 1, "\(refusals)")
            #expect(try await world.access.hasManager(acme))
        }
    }
}
