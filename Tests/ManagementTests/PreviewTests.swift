import ClaimMapping
import GatehouseTesting
import Grants
import Identities
import Policy
import Snapshots
import Testing
import Tokens

@testable import Management

/// A preview shows what a change would do. Each test makes the change afterwards, and compares.
@Suite("The preview of a change of rules")
struct PreviewTests {
    private static let groups = ["managers", "viewers", "a", "b", "late"]

    private func draft(_ random: inout SplitMix) -> MappingDraft {
        let claim = random.pick(["groups", "groups", "sub", "email", "/groups/*", "team"])
        return MappingDraft(
            claimName: claim, match: random.pick(Match.allCases),
            claimValue: random.pick(PreviewTests.groups + ["*", "u*", "u1@acme.example", "?"]),
            split: random.pick([nil, nil, ","]), role: random.pick(Role.allCases))
    }

    private func change(_ rules: [Mapping], _ random: inout SplitMix) -> MappingChange {
        let place = random.pick([nil, 0, 1, 5])
        guard !rules.isEmpty else { return .add(draft(&random), at: place) }
        let id = random.pick(rules).id
        var edit = MappingEdit()
        let new = draft(&random)
        if random.next(below: 2) == 0 { edit.role = new.role }
        if random.next(below: 2) == 0 { (edit.claimValue, edit.match) = (new.claimValue, new.match) }
        return random.pick([.add(new, at: place), .add(new, at: place), .edit(id, edit, at: place), .remove(id)])
    }

    private func roles(_ users: [ScriptedCredential], _ access: AccessStore) throws -> [IdentityID: Role] {
        var roles: [IdentityID: Role] = [:]
        for user in users {
            roles[try user.id] = access.state.entitlement(of: user.currentClaims, in: AccessWorld.acme)?.role
        }
        return roles
    }

    private func signIns(_ world: ManagementWorld, _ random: inout SplitMix) async throws -> [ScriptedCredential] {
        var users = [world.carla]
        for number in 0..<12 {
            let groups = PreviewTests.groups.dropFirst(2).filter { _ in random.next(below: 2) == 0 }
            let isManager = number == 0 && random.next(below: 3) == 0
            users.append(
                try await world.access.signedIn(
                    "u\(number)", groups: groups + (isManager ? ["managers"] : []),
                    email: number.isMultiple(of: 2) ? "u\(number)@acme.example" : nil,
                    isVerified: number.isMultiple(of: 4), more: ["team": #""a, b""#]))
        }
        // A suspended user and a granted role count in both.
        _ = try await world.actions().suspend(users[3].id, isConfirmed: false)
        try await world.access.grant(.viewer, to: users[4].identity)
        return users
    }

    @Test(
        "it names the roles, the own role and the lock-out that the change then brings",
        arguments: [1, 2, 3, 4] as [UInt64], [ClaimStrategy.firstMatch, .highestRole])
    func equal(seed: UInt64, strategy: ClaimStrategy) async throws {
        var random = SplitMix(state: seed)
        let world = try await ManagementWorld(try AccessWorld.settings(strategy: strategy))
        let users = try await signIns(world, &random)
        let access = world.access.access
        for step in 0..<20 {
            let rules = access.snapshots.read().value.mappings(of: AccessWorld.acme).mappings
            let change = change(rules, &random)
            let before = try roles(users, access)
            let content = try await world.access.place.count("claim_mapping")
            let preview = try await world.actions(permittedBy: .writeMappings).preview([change])
            #expect(try await world.access.place.count("claim_mapping") == content)
            #expect(try roles(users, access) == before, "a preview changes nothing")
            let error = try await world.change(change, isConfirmed: true)
            #expect(error.isSuccess != preview.wouldLockOut, "step \(step): \(change)")
            guard error.isSuccess else {
                #expect(error.refusal == .wouldLockOut)
                continue
            }
            let after = try roles(users, access)
            let changed = before.keys.count { before[$0] != after[$0] } + after.keys.count { before[$0] == nil }
            #expect(preview.people.count == changed, "step \(step): \(change)")
            for person in preview.people {
                #expect(person.before == before[person.signIn.id] && person.after == after[person.signIn.id])
            }
            #expect(preview.people.count + preview.unchanged == users.count)
            let carla = try world.carla.id
            #expect(preview.own.before == before[carla] && preview.own.after == after[carla])
            let now = try await world.actions(permittedBy: .readMembers).mappings()
            func parts(_ table: MappingTable) -> [[String]] {
                table.all.map { ["\($0.rank)"] + $0.parts.dropFirst() }
            }
            #expect(parts(preview.table) == parts(now))
            guard after[carla] == .manager else { return }
        }
    }

    @Test("a change without a confirmation is refused exactly if the preview lowers the own role", arguments: 1...12)
    func own(seed: Int) async throws {
        var random = SplitMix(state: UInt64(seed))
        let world = try await ManagementWorld()
        try await world.access.grant(.manager, to: AccessWorld.identity("deputy"))
        _ = try await world.change(
            .add(MappingDraft(claimName: "sub", match: .equals, claimValue: "gus", role: .manager), at: nil))
        let gus = try await world.access.signedIn("gus", groups: ["a", "b"])
        for _ in 0..<6 {
            let rules = world.access.access.snapshots.read().value.mappings(of: AccessWorld.acme).mappings
            let change = change(rules, &random)
            let preview = try await world.actions(of: gus, permittedBy: .writeMappings).preview([change])
            #expect(preview.own.before == .manager)
            let isLower = preview.own.after.map { $0 < .manager } ?? true
            let error = try await world.change(change, by: gus)
            #expect(error.refusal == (isLower ? .losesOwnRole : nil), "\(change)")
        }
    }

    @Test("several changes are those of the rules as the changes before them leave them")
    func several() async throws {
        let world = try await ManagementWorld()
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .viewer)
        var edit = MappingEdit()
        edit.role = .manager
        let actions = try world.actions(permittedBy: .writeMappings)
        let late = try await world.access.signedIn("late", groups: ["late"])
        let preview = try await actions.preview([
            .add(draft, at: nil), .edit(ManagerActions.previewID(0), edit, at: nil),
            .add(draft, at: 0), .remove(ManagerActions.previewID(2)),
        ])
        #expect(preview.people.map(\.signIn.id) == [try late.id] && preview.people.first?.after == .manager)
        #expect(preview.table.stored.count == 1)
        for unknown in [MappingChange.remove("none"), .edit("file:1", edit, at: nil)] {
            #expect(
                await error { _ = try await actions.preview([.add(draft, at: nil), unknown]) }.refusal == .notFound)
        }
        let nothing = try await actions.preview([])
        #expect(nothing.people.isEmpty && nothing.unchanged == 2 && !nothing.wouldLockOut)
    }

    @Test("more users than one batch are all counted, the latest sign-in first")
    func batches() async throws {
        let world = try await ManagementWorld()
        for number in 0..<205 {
            world.access.clock.advance(.seconds(1))
            _ = try await world.access.signedIn("s\(number)", groups: number.isMultiple(of: 2) ? ["late"] : [])
        }
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .viewer)
        let preview = try await world.actions(permittedBy: .writeMappings).preview([.add(draft, at: nil)])
        #expect(preview.people.count == 103 && preview.unchanged == 103)
        #expect(preview.people.first?.signIn.identity == AccessWorld.identity("s204"))
        #expect(preview.people.map(\.signIn.seenAt) == preview.people.map(\.signIn.seenAt).sorted(by: >))
    }

    @Test("an organization whose manager signed in too long ago loses none by a change")
    func unmanaged() async throws {
        let world = try await ManagementWorld()
        world.access.clock.advance(.seconds(31 * 86400))
        #expect(try await !world.access.access.hasManager(AccessWorld.acme))
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .viewer)
        let preview = try await world.actions(permittedBy: .writeMappings).preview([.add(draft, at: nil)])
        #expect(!preview.wouldLockOut)
        #expect(try await world.change(.add(draft, at: nil)).isSuccess)
    }

    @Test("users whose claims cannot be opened are named, and are never counted as unchanged")
    func unsealed() async throws {
        let world = try await ManagementWorld()
        _ = try await world.access.signedIn(
            "una", groups: ["late"], email: "una@acme.example", isVerified: false, more: ["name": "\"Una\""])
        world.access.clock.advance(.seconds(1))
        _ = try await world.access.signedIn("late", groups: ["late"])
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .viewer)
        let actions = try world.actions(permittedBy: .writeMappings)
        let whole = try await actions.preview([.add(draft, at: nil)])
        #expect(whole.people.count == 2 && whole.unreadable.isEmpty && whole.unchanged == 1)
        // One row was altered, and another one holds the claims of someone else.
        try await world.access.place.execute(
            "UPDATE person_seen SET claims = \(TestSQL.blob([0])) WHERE subject = 'late'")
        try await world.access.place.execute(
            "UPDATE person_seen SET claims = (SELECT claims FROM person_seen WHERE subject = 'carla') WHERE subject = 'una'"
        )
        let preview = try await actions.preview([.add(draft, at: nil)])
        #expect(preview.people.isEmpty && preview.unchanged == 1 && preview.recent == 1)
        #expect(preview.unreadable.map(\.identity.subject.text) == ["late", "una"], "the latest sign-in first")
        let una = try #require(preview.unreadable.last)
        #expect(una.name == "Una" && una.email?.spelling == "una@acme.example" && una.isUnverified)
        #expect(preview.unreadable.first?.isUnverified == false)
        // Without its key, no user can be evaluated.
        world.access.reload(try AccessWorld.settings(key: 8))
        let none = try await world.actions(permittedBy: .writeMappings).preview([.add(draft, at: nil)])
        #expect(none.people.isEmpty && none.unchanged == 0 && none.unreadable.count == 3)
    }

    @Test("each user has a name, the deciding rules, the matching values, and whether the address is verified")
    func people() async throws {
        let world = try await ManagementWorld()
        _ = try await world.access.signedIn(
            "una", groups: ["late", "x"], email: "una@acme.example", isVerified: false, more: ["name": "\"Una\""])
        _ = try await world.access.signedIn("sam", groups: ["late"], email: "sam@acme.example")
        _ = try await world.access.signedIn("anon", groups: ["viewers", "late"])
        let draft = MappingDraft(claimName: "groups", match: .glob, claimValue: "l*", role: .manager)
        let actions = try world.actions(permittedBy: .writeMappings)
        let preview = try await actions.preview([.add(draft, at: nil)])
        let una = try #require(preview.people.first { $0.signIn.identity == AccessWorld.identity("una") })
        #expect(una.name == "Una" && una.isUnverified && una.isRaised && una.values == ["late"])
        #expect(una.ruleBefore == nil && una.ruleAfter == ManagerActions.previewID(0) && una.reason == .mapped)
        #expect(preview.people.count == 2 && preview.raisedUnverified.map(\.signIn.id) == [una.signIn.id])
        #expect(preview.recent == 4)
        // The tag is that of the set and of its roles.
        let same = try await actions.preview([.add(draft, at: nil)])
        #expect(same.raisedUnverifiedTag == preview.raisedUnverifiedTag && !same.raisedUnverifiedTag.isEmpty)
        let viewer = MappingDraft(claimName: "groups", match: .glob, claimValue: "l*", role: .viewer)
        #expect(try await actions.preview([.add(viewer, at: nil)]).raisedUnverifiedTag != same.raisedUnverifiedTag)
        _ = try await world.access.signedIn("eve", groups: ["late"], email: "e@acme.example", isVerified: false)
        #expect(try await actions.preview([.add(draft, at: nil)]).raisedUnverifiedTag != same.raisedUnverifiedTag)
        world.access.clock.advance(.seconds(31 * 86400))
        #expect(try await actions.preview([.add(draft, at: nil)]).recent == 0)
    }
}
