import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Grants
import Identities
import Invitations
import Policy
import Sessions
import Testing
import Tokens

@testable import Management

/// Every use case that changes something, and the permission that it needs in its transaction.
private enum UseCase: String, CaseIterable, Sendable {
    case revokeGrant, suspend, unsuspend, endSessions, invite, inviteSeveral, resend, revokeInvitation, changeRules
    case dismissRequest

    var permission: Permission { [.changeRules, .dismissRequest].contains(self) ? .writeMappings : .writeMembers }
}

@Suite("The use cases of a manager")
struct UseCaseTests {
    private let world: ManagementWorld
    private let grant: Grant
    private let vic: ScriptedCredential
    private let suspended: IdentityID
    private let invitation: String

    init() async throws {
        world = try await ManagementWorld()
        grant = try await world.access.grant(.viewer, to: AccessWorld.identity("pat"))
        vic = try await world.access.signedIn("vic", groups: ["viewers"])
        let sue = try await world.access.signedIn("sue", groups: ["viewers"])
        suspended = try sue.id
        let actions = try world.actions()
        _ = try await actions.suspend(suspended, isConfirmed: false)
        try await world.deny("sam")
        invitation = try await actions.invite(InvitationDraft("a@acme.example", as: .viewer)).invitation.id
    }

    private func attempt(_ useCase: UseCase, _ actions: ManagerActions) async throws -> ManagementError? {
        let draft = MappingDraft(claimName: "n", match: .exists, claimValue: "", role: .viewer)
        let vic = try vic.id
        return await error {
            switch useCase {
            case .revokeGrant: try await actions.revoke(grant.id, isConfirmed: false)
            case .suspend: _ = try await actions.suspend(vic, isConfirmed: false)
            case .unsuspend: try await actions.unsuspend(suspended)
            case .endSessions: try await actions.endSessions(of: vic)
            case .invite:
                _ = try await actions.invite(InvitationDraft("b@acme.example", as: .manager))
            case .inviteSeveral:
                let rules = InvitationRules(allowedDomains: [])
                let entries = InvitationEntry.list(["c@acme.example"], under: rules)
                _ = try await actions.invite(entries, for: .manager)
            case .resend: _ = try await actions.resend(invitation)
            case .revokeInvitation: try await actions.revokeInvitation(invitation)
            case .changeRules:
                _ = try await actions.change(
                    .add(draft, at: nil), of: AccessWorld.fileRules, ifTag: nil, isConfirmed: false)
            case .dismissRequest: try await actions.dismissRequest("sam", true)
            }
        }
    }

    @Test(
        "a manager succeeds, and the event names the manager, the request and the address", arguments: UseCase.allCases)
    fileprivate func permitted(useCase: UseCase) async throws {
        let events = try await world.access.events().count
        #expect(try await attempt(useCase, world.actions(permittedBy: useCase.permission)).isSuccess)
        #expect(try await world.access.events().count == events + 1)
        let rows = try await world.access.place.database.read { transaction throws(DatabaseError) in
            try AuditLog.events(of: AccessWorld.acme, AuditLog.Query(), transaction)
        }
        let last = String(decoding: try #require(rows.first).json, as: UTF8.self)
        #expect(last.contains(#""subject":"carla""#) && last.contains(#""email":"carla@acme.example""#))
        #expect(last.contains(#""request_id":"request""#) && last.contains(#""ip":"192.0.2.1""#))
    }

    /// Returns all rows but those of sign-ins, whose claims are evaluated anew after a reload.
    private func content() async throws -> [String] {
        try await world.access.place.content().filter { !$0.starts(with: "person_seen:") }
    }

    @Test("each refuses once the permission is gone, and changes nothing", arguments: UseCase.allCases)
    fileprivate func refused(useCase: UseCase) async throws {
        let carla = world.carla
        let cases: [(AccessRefusal, @Sendable () throws -> Void)] = [
            (.signedOut, { carla.end() }),
            (
                .notPermitted(isMember: true),
                { carla.renew(with: try world.access.claims("carla", groups: ["viewers"])) }
            ),
            (.notPermitted(isMember: false), { carla.renew(with: try world.access.claims("carla")) }),
            (.notPermitted(isMember: false), { world.access.reload(try AccessWorld.settings(listing: [])) }),
            (.notPermitted(isMember: false), { world.access.reload(try AccessWorld.settings(listing: nil)) }),
        ]
        for (refusal, lose) in cases {
            let user = ScriptedCredential(carla.currentClaims)
            let actions = try world.actions(of: user, permittedBy: useCase.permission)
            let before = try await content()
            if refusal == .signedOut {
                user.end()
            } else {
                try lose()
                user.renew(with: carla.currentClaims)
            }
            let isRemoved = world.access.access.state.rules.fileRules(of: AccessWorld.acme) == nil
            let expected = useCase == .changeRules && isRemoved ? .changedMeanwhile : refusal
            #expect(try await attempt(useCase, actions).refusal == expected, "\(useCase)")
            #expect(try await content() == before)
            world.access.reload(try AccessWorld.settings())
            carla.renew(
                with: try world.access.claims("carla", groups: ["managers"], email: "carla@acme.example"))
        }
    }

    @Test("a permission that began the request is not enough for another change")
    func anotherPermission() async throws {
        // A viewer's permit to read reaches no change.
        let actions = try world.actions(of: vic, permittedBy: .readMembers)
        for useCase in UseCase.allCases {
            #expect(try await attempt(useCase, actions).refusal == .notPermitted(isMember: true), "\(useCase)")
        }
        #expect(await error { try await actions.checkStillPermitted() }.isSuccess)
        vic.renew(with: try world.access.claims("vic"))
        #expect(await error { try await actions.checkStillPermitted() }.refusal == .notPermitted(isMember: false))
        vic.end()
        #expect(await error { try await actions.checkStillPermitted() }.refusal == .signedOut)
    }

    @Test("a failure of the store is told from a refusal", arguments: UseCase.allCases)
    fileprivate func failed(useCase: UseCase) async throws {
        let actions = try world.actions(permittedBy: useCase.permission)
        world.carla.meanwhile { _ throws(DatabaseError) in throw DatabaseError(.full, cause: "test") }
        guard case .store(let cause) = try await attempt(useCase, actions) else {
            Issue.record("\(useCase)")
            return
        }
        #expect(cause.reason == .full)
    }

    @Test("a manager knows the own identity, which a confirmation is for")
    func own() async throws {
        let actions = try world.actions()
        #expect(try actions.isOwn(world.carla.id) && !actions.isOwn(vic.id))
        let carla = try world.carla.id
        #expect(await error { _ = try await actions.suspend(carla, isConfirmed: false) }.refusal == .losesOwnRole)
        #expect(await error { _ = try await actions.suspend(carla, isConfirmed: true) }.refusal == .wouldLockOut)
    }

    @Test("lists and look-ups are those of the permit's organization")
    func lists() async throws {
        let actions = try world.actions()
        try await world.access.grant(.viewer, to: AccessWorld.identity("far"), in: AccessWorld.globex)
        #expect(try await actions.grants(after: "", limit: 9).map(\.id) == [grant.id])
        #expect(try await actions.suspensions(after: nil, limit: 9).map(\.id) == [suspended])
        #expect(try await actions.members(by: .name, after: nil, limit: 9).count == 3)
        #expect(try await actions.invitations(limit: 9).map(\.id) == [invitation])
        #expect(try await actions.signIn(of: vic.id)?.identity == vic.identity)
        #expect(try await actions.signIn(of: IdentityID(AccessWorld.identity("far"))) == nil)
        #expect(try await actions.claims(of: vic.id)?.identity == vic.identity)
        world.access.reload(try AccessWorld.settings(key: 8))
        #expect(try await world.actions().claims(of: vic.id) == nil)
    }

    @Test("an explanation is that of the decision, for every user who is known")
    func explained() async throws {
        let actions = try world.actions()
        for id in [try world.carla.id, try vic.id, suspended] {
            let claims = try #require(try await actions.claims(of: id))
            let explanation = try await actions.explain(claims.known, from: claims.provider, identity: claims.identity)
            let decided = world.access.access.state.entitlement(of: claims, in: AccessWorld.acme)
            #expect(explanation.standing == decided?.standing)
        }
        world.access.reload(try AccessWorld.settings(listing: nil))
        let (known, provider) = (vic.currentClaims.known, vic.currentClaims.provider)
        let gone = ManagerActions(
            actions.stores, by: actions.manager, under: try AccessWorld.settings(listing: nil),
            inviting: actions.invitationPolicy)
        #expect(
            await error { _ = try await gone.explain(known, from: provider, identity: nil) }.refusal == .notFound)
    }
}
