import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing
import Time

@testable import Grants

/// The published snapshot decides requests, the store the next process: both have to agree after every change.
@Suite("The published snapshot")
struct PublishedSnapshotTests {
    private let world: AccessWorld
    private let subjects = ["\u{E9}", "e\u{301}", "pat", "Pat", "gus"]
    private let emails: [EmailAddress] = [
        "\u{E9}@acme.example", "e\u{301}@acme.example", "pat@acme.example", "team@acme.example",
    ]

    /// Another process, which follows the changes.
    private let other: (database: Database, access: AccessStore)

    init() throws {
        world = try AccessWorld()
        let database = try world.place.reopened()
        other = (database, try world.openAgain(database))
    }

    /// Returns all that decisions read of a snapshot.
    private func content(_ snapshot: AccessSnapshot) -> [String] {
        var content: [String] = []
        for organization in [AccessWorld.acme, AccessWorld.globex] {
            for subject in subjects + ["root"] {
                let identity = AccessWorld.identity(subject)
                let roles = snapshot.roles(of: identity, in: organization).map(\.rawValue).sorted()
                let isSuspended = snapshot.isSuspended(identity, verifiedEmail: nil, in: organization)
                let lacks = emails.map { snapshot.lacksEmail($0, ofSuspended: identity, in: organization) }
                content.append("\(organization) \(Array(subject.utf8)) \(roles) \(isSuspended) \(lacks)")
            }
            for email in emails {
                content.append(
                    "\(organization) \(Array(email.text.utf8)) \(snapshot.isSuspended(email, in: organization))")
            }
            content.append("\(organization) suspends addresses: \(snapshot.suspendsAddresses(in: organization))")
            content += snapshot.mappings(of: organization).mappings.map { "\(organization) \($0.rank) \($0.parts)" }
        }
        return content
    }

    private func expectAgreement(_ step: String) throws {
        let published = content(world.access.snapshots.read().value)
        let database = try world.place.reopened()
        defer { database.close() }
        let stored = content(try AccessStore.snapshot(of: database))
        #expect(published == stored, "\(step)")
        let follower = other.access
        other.database.poll { changes throws(DatabaseError) in
            #expect(changes != .all, "\(step): everything is read again")
            try follower.takeUp(changes)
        }
        #expect(content(follower.snapshots.read().value) == stored, "\(step), in another process")
    }

    @Test("after any sequence of changes it equals what the store holds", arguments: [1, 2, 3] as [UInt64])
    func equal(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let root = try await world.manager("root")
        var users: [ScriptedCredential] = []
        for (index, subject) in subjects.enumerated() {
            users.append(
                try await world.signedIn(subject, groups: ["viewers"], email: emails[index % emails.count].text))
        }
        var succeeded: Set<String> = []
        for step in 0..<80 {
            let user = random.pick(users)
            let change: String
            var isDone = true
            switch random.next(below: 8) {
            case 0, 1:
                let organization = random.pick([AccessWorld.acme, AccessWorld.globex])
                try await world.grant(random.pick(Role.allCases), to: user.identity, in: organization)
                change = "grant"
            case 2:
                let grants = try await world.access.grants(nil)
                let id = grants.isEmpty ? "none" : random.pick(grants).id
                isDone =
                    try await world.access.revoke(
                        id, isForced: random.next(below: 2) == 0, recording: AccessWorld.record(.grantRevoke)
                    ).error == nil
                change = "revoke"
            case 3:
                isDone = try await world.suspend(user.id, by: root.acting()).error == nil
                change = "suspend"
            case 4:
                isDone =
                    try await world.access.unsuspend(
                        user.id, in: AccessWorld.acme, by: root.acting(),
                        recording: AccessWorld.record(.suspensionDelete)
                    ).error == nil
                change = "unsuspend"
            case 5:
                let suspended = try await world.access.suspensions(of: AccessWorld.acme, after: nil, limit: 1)
                isDone =
                    try await world.access.extendSuspension(
                        of: suspended.first?.id ?? user.id, to: random.pick(emails), in: AccessWorld.acme,
                        recording: AccessWorld.record(.suspensionExtend)
                    ).error == nil
                change = "extend"
            default:
                let rules = world.access.snapshots.read().value.mappings(of: AccessWorld.acme).mappings
                let draft = MappingDraft(
                    claimName: random.pick(["n", "email"]), match: random.pick(Match.allCases),
                    claimValue: random.pick(subjects), role: random.pick([.viewer, .publisher]))
                var edit = MappingEdit()
                edit.claimValue = random.pick(subjects)
                let id = rules.isEmpty ? "none" : random.pick(rules).id
                let place = random.next(below: 4) == 0 ? nil : random.next(below: 6)
                let next = random.pick([
                    MappingChange.add(draft, at: place), .edit(id, edit, at: place), .remove(id),
                ])
                isDone = try await world.change(next, by: root.acting(.writeMappings)).error == nil
                change = "rule"
            }
            if isDone { succeeded.insert(change) }
            try expectAgreement("step \(step): \(change)")
        }
        #expect(succeeded == ["grant", "revoke", "suspend", "unsuspend", "extend", "rule"])
    }

    @Test("a refused or failed change publishes nothing")
    func refused() async throws {
        let carla = try await world.manager()
        let version = world.access.snapshots.version
        #expect(try await world.suspend(carla.id, by: carla.acting()).error == .losesOwnRole)
        #expect(try await world.suspend(carla.id, by: carla.acting(isConfirmed: true)).error == .wouldLockOut)
        try await world.place.execute("INSERT INTO audit_head VALUES ('acme', \(Int.max), 'x')")
        let draft = MappingDraft(claimName: "n", match: .exists, claimValue: "", role: .viewer)
        _ = try? await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings))
        _ = try? await world.grant(.viewer, to: carla.identity)
        #expect(world.access.snapshots.version == version)
        try expectAgreement("after failures")
        #expect(try await world.place.count("claim_mapping") == 0)
    }

    @Test("changes of another process are there after a refresh")
    func refreshed() async throws {
        let database = try world.place.reopened()
        defer { database.close() }
        let other = try AccessWorld.store(in: database, at: world.clock)
        _ = try await other.createGrant(
            .manager, to: AccessWorld.identity("pat"), in: AccessWorld.acme,
            recording: AccessWorld.record(.grantCreate))
        #expect(world.access.state.snapshot.roles(of: AccessWorld.identity("pat"), in: AccessWorld.acme).isEmpty)
        try world.access.refresh()
        #expect(world.access.state.snapshot.roles(of: AccessWorld.identity("pat"), in: AccessWorld.acme) == [.manager])
    }

    @Test("a decision inside a transaction uses the rules that another process has changed just now")
    func unseenRules() async throws {
        let root = try await world.signedIn("root")
        let grant = try await world.grant(.manager, to: root.identity)
        _ = try await world.signedIn("gus", groups: ["late"])
        let draft = MappingDraft(claimName: "groups", match: .equals, claimValue: "late", role: .manager)
        let rule = try await world.change(.add(draft, at: nil), by: root.acting(.writeMappings)).get().row
        try expectAgreement("before")
        // This process removes the rule that makes Gus a manager, and the other one revokes the other manager's grant.
        #expect(try await world.change(.remove(rule.id), by: root.acting(.writeMappings)).error == nil)
        #expect(other.access.state.snapshot.mappings(of: AccessWorld.acme).mappings.count == 1)
        let revoked = try await other.access.revoke(
            grant.id, isForced: false, recording: AccessWorld.record(.grantRevoke))
        #expect(revoked.error == .wouldLockOut)
    }

    @Test("two processes that change the same users, and follow one another meanwhile, agree in the end")
    func concurrent() async throws {
        let processes = [(world.place.database, world.access), other]
        let identities = subjects.map { AccessWorld.identity($0) }
        for (database, access) in processes {
            try database.follow(every: .milliseconds(2)) { changes throws(DatabaseError) in try access.takeUp(changes) }
        }
        try await withThrowingTaskGroup { group in
            for (number, (_, access)) in processes.enumerated() {
                group.addTask {
                    var random = SplitMix(state: UInt64(number))
                    for _ in 0..<60 {
                        let identity = random.pick(identities)
                        let made = try await access.createGrant(
                            random.pick(Role.allCases), to: identity, in: AccessWorld.acme,
                            recording: AccessWorld.record(.grantCreate)
                        ).grant
                        if random.next(below: 2) == 0 {
                            _ = try await access.revoke(
                                made.id, isForced: true, recording: AccessWorld.record(.grantRevoke))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let end = MonotonicTime.now()
        for (database, access) in processes {
            while database.lastContact <= end { await Task.yield() }
            let stored = content(try AccessStore.snapshot(of: database))
            #expect(content(access.snapshots.read().value) == stored)
        }
    }
}
