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

/// The check that an organization keeps a manager: claims are opened before the transaction, rows compared inside it.
@Suite("The search for a manager")
struct ManagerSearchTests {
    private let world: AccessWorld
    private let acme = AccessWorld.acme

    init() throws { world = try AccessWorld() }

    private var access: AccessStore { world.access }

    private func signInViewer() async throws { _ = try await world.signedIn("vic", groups: ["viewers"]) }

    private func search(
        without removal: ManagerRemoval = .none, proposing rows: PreparedRules? = nil
    ) async throws -> ManagerSearch {
        try await access.searchManager(of: acme, proposing: rows, without: removal)
    }

    /// The verdict on a change that changes nothing, in a transaction after the search.
    private func verdict(_ search: ManagerSearch, isRequired: Bool = false) async throws -> ManagerVerdict {
        let (access, acme) = (access, acme)
        return try await world.place.database.read { transaction throws(DatabaseError) in
            try ManagerCheck(
                search, under: access.currentRules(of: acme), at: access.now(), isRequired: isRequired, transaction
            ).verdict(transaction)
        }
    }

    private func id(_ subject: String) throws -> IdentityID {
        try IdentityID(AccessWorld.identity(subject))
    }

    @Test("a user whose claims map to manager is found, and keeps the organization managed")
    func found() async throws {
        try await signInViewer()
        #expect(try await search().witness == nil)
        _ = try await world.manager()
        let found = try await search()
        #expect(try found.witness?.signIn.id == id("carla"))
        #expect(try await verdict(found) == .kept)
    }

    @Test("a stored role without matching claims is ignored", arguments: [true, false])
    func forged(isTagCurrent: Bool) async throws {
        try await signInViewer()
        let tag = try #require(access.state.rules.tag(of: acme, with: .none)).text
        try await world.place.execute(
            """
            UPDATE person_seen SET mapped_role = 'organization-manager',
                rules = '\(isTagCurrent ? tag : "forged")' WHERE subject = 'vic'
            """)
        let found = try await search()
        #expect(!found.isAny)
        #expect(try await verdict(found, isRequired: true) == .lost)
    }

    @Test("claims of another row open for no other user")
    func copied() async throws {
        _ = try await world.manager()
        try await signInViewer()
        try await world.place.execute(
            """
            UPDATE person_seen SET claims = (SELECT claims FROM person_seen WHERE subject = 'carla'),
                mapped_role = 'organization-manager' WHERE subject = 'vic'
            """)
        let found = try await search(without: ManagerRemoval(id: id("carla")))
        #expect(!found.isAny)
        #expect(try found.predecessor?.signIn.id == id("carla"))
        #expect(try await verdict(found) == .lost)
    }

    @Test(
        "a witness whose record has changed does not count, and the search is repeated",
        arguments: [
            "UPDATE person_seen SET claims = \(TestSQL.blob([0])) WHERE subject = 'carla'",
            "UPDATE person_seen SET seen_at = seen_at - 1 WHERE subject = 'carla'",
            "UPDATE person_seen SET verified_email = NULL WHERE subject = 'carla'",
            "UPDATE person_seen SET provider = 'other' WHERE subject = 'carla'",
            "DELETE FROM person_seen WHERE subject = 'carla'",
            "INSERT INTO suspension_email VALUES ('acme', 'x', 'carla@acme.example')",
        ])
    func changed(sql: String) async throws {
        _ = try await world.manager()
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .kept)
        try await world.place.execute(sql)
        #expect(try await verdict(found, isRequired: true) == .outdated)
    }

    @Test("a new evaluation of an unchanged sign-in changes nothing")
    func evaluated() async throws {
        _ = try await world.manager()
        let found = try await search()
        try await world.place.execute("UPDATE person_seen SET rules = 'x', mapped_role = NULL")
        #expect(try await verdict(found, isRequired: true) == .kept)
    }

    @Test("a sign-in since a search without result makes it outdated")
    func signedIn() async throws {
        try await signInViewer()
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .lost)
        #expect(try await verdict(found) == .kept, "no user managed before")
        _ = try await world.manager()
        #expect(try await verdict(found, isRequired: true) == .outdated)
    }

    @Test("a reload of the configuration makes a search outdated")
    func reloaded() async throws {
        _ = try await world.manager()
        let found = try await search()
        world.reload(try AccessWorld.settings([AccessWorld.rule("bosses", .manager, id: "file:1")]))
        #expect(try await verdict(found, isRequired: true) == .outdated)
        #expect(try await !search().isAny)
    }

    @Test("a user whom the change would suspend is a predecessor and no witness")
    func departing() async throws {
        _ = try await world.manager()
        for removal in [
            ManagerRemoval(id: try id("carla")), ManagerRemoval(emails: ["CARLA@acme.example"]),
        ] {
            let found = try await search(without: removal)
            #expect(found.witness == nil)
            #expect(try found.predecessor?.signIn.id == id("carla"))
        }
        let grant = try await world.grant(.manager, to: AccessWorld.identity("pat"))
        #expect(try await search(without: ManagerRemoval(id: try id("carla"))).hasGrant)
        #expect(try await search(without: ManagerRemoval(grant: grant.id)).witness != nil)
    }

    @Test("a search under proposed rules ignores stored roles")
    func proposed() async throws {
        try await signInViewer()
        let rows = PreparedRules([
            Mapping(id: "m", rank: 1, claimName: "sub", match: .equals, claimValue: "vic", role: .manager)
        ])
        // The file's rules come first, and make Vic a viewer.
        #expect(try await !search(proposing: rows).isAny)
        try await world.place.execute("UPDATE person_seen SET mapped_role = 'organization-manager'")
        #expect(try await !search(proposing: rows).isAny)
        _ = try await world.manager()
        #expect(try await search(proposing: rows).witness != nil)
    }

    @Test("a record with an impossible time is evaluated once")
    func impossibleTime() async throws {
        try await signInViewer()
        try await world.place.execute("UPDATE person_seen SET seen_at = 9223372036854775807, rules = 'old'")
        #expect(try await access.evaluate(acme).count == 1)
        #expect(try await access.evaluate(acme).count == 0)
    }

    @Test("a record that does not parse is an error, and decides nothing", arguments: ["identity", "provider"])
    func unreadable(column: String) async throws {
        _ = try await world.manager()
        try await world.place.execute("UPDATE person_seen SET \(column) = 'no such thing!'")
        await #expect(throws: DatabaseError.self) { try await search() }
    }

    // MARK: Holders of grants

    private let suspendsAddress = "INSERT INTO suspension_email VALUES ('acme', 'x', 'pat@acme.example')"
    private let hidesAddress = ["_claim_names": #"{"email":"src"}"#]

    @Test("a holder whose unknown address could be suspended remains as no manager, although the search found another")
    func lastKnownHolderLeaves() async throws {
        try await world.place.execute(suspendsAddress)
        let first = try await world.grant(.manager, to: AccessWorld.identity("a"))
        try await world.grant(.manager, to: AccessWorld.identity("b"))
        let vic = try await world.signedIn("vic", more: hidesAddress)
        try await world.grant(.manager, to: vic.identity)
        let found = try await search(without: ManagerRemoval(grant: first.id))
        #expect(found.hasGrant)
        #expect(try await verdict(found, isRequired: true) == .kept)
        try await world.place.execute("DELETE FROM access_grant WHERE subject IN ('a', 'b')")
        #expect(try await verdict(found, isRequired: true) == .outdated)
        #expect(try await verdict(search(), isRequired: true) == .lost)
    }

    @Test("a grant is not revoked if the other one is revoked meanwhile, and the third holder's address is unknown")
    func revokedMeanwhile() async throws {
        try await world.place.execute(suspendsAddress)
        let grants = [
            try await world.grant(.manager, to: AccessWorld.identity("a")),
            try await world.grant(.manager, to: AccessWorld.identity("b")),
            try await world.grant(.manager, to: AccessWorld.identity("c")),
        ]
        let vic = try await world.signedIn("vic", more: hidesAddress)
        try await world.grant(.manager, to: vic.identity)
        let (access, database) = (access, world.place.database)
        func revoke(_ grant: Grant) async throws -> AccessRefusal? {
            try await access.revoke(grant.id, isForced: false, recording: AccessWorld.record(.grantRevoke)).error
        }
        let count = try await world.readings { _ = try await revoke(grants[2]) }
        world.meanwhile(atReading: count) {
            _ = try? database.writeBlocking { transaction throws(DatabaseError) in
                try transaction.execute("DELETE FROM access_grant WHERE subject = 'b'")
            }
        }
        #expect(try await revoke(grants[0]) == .wouldLockOut)
        #expect(try await Set(access.grants(acme).map(\.identity.subject)) == ["a", "vic"])
    }

    @Test("a holder's sign-in since the search counts only after another search, if an address is suspended")
    func holderSignedIn() async throws {
        let vic = try await world.signedIn("vic", email: "vic@acme.example")
        try await world.grant(.manager, to: vic.identity)
        let early = try await search()
        try await world.place.execute(suspendsAddress)
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .kept)
        try await AccessWorld.signIn(world.claims("vic", more: hidesAddress), to: access)
        #expect(try await verdict(found, isRequired: true) == .outdated)
        #expect(try await verdict(found) == .outdated)
        #expect(try await verdict(search(), isRequired: true) == .lost)
        try await world.place.execute("DELETE FROM suspension_email")
        #expect(try await verdict(early, isRequired: true) == .kept, "no address is suspended")
    }

    @Test("a reload of the trust in addresses makes the evaluation of a holder outdated")
    func trustReloaded() async throws {
        try await world.place.execute(suspendsAddress)
        world.reload(try AccessWorld.settings(trusting: ["acme.example"]))
        let shown = hidesAddress.merging(["email": #""vic@acme.example""#]) { $1 }
        let vic = try await world.signedIn("vic", more: shown)
        try await world.grant(.manager, to: vic.identity)
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .kept)
        world.reload(try AccessWorld.settings())
        #expect(try await verdict(found, isRequired: true) == .outdated)
        #expect(try await verdict(search(), isRequired: true) == .lost)
    }

    @Test("a holder's address that counts as verified only since a reload can be a suspended one")
    func trustedLater() async throws {
        try await world.place.execute(suspendsAddress)
        let pat = try await world.signedIn("pat", more: ["email": #""pat@acme.example""#])
        try await world.grant(.manager, to: pat.identity)
        #expect(try await search().hasGrant)
        world.reload(try AccessWorld.settings(trusting: ["acme.example"]))
        #expect(try await !search().hasGrant)
    }

    @Test("of two last grants that are the operator revokes at once, one remains")
    func simultaneousRevocations() async throws {
        for _ in 0..<10 {
            let grants = [
                try await world.grant(.manager, to: AccessWorld.identity("a")),
                try await world.grant(.manager, to: AccessWorld.identity("b")),
            ]
            let access = access
            let refusals = try await withThrowingTaskGroup(of: AccessRefusal?.self) { group in
                for grant in grants {
                    group.addTask {
                        let result = try await access.revoke(
                            grant.id, isForced: false, recording: AuditRecord(.grantRevoke, by: .operator))
                        guard case .failure(let refusal) = result else { return nil }
                        return refusal
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(refusals) == [nil, .wouldLockOut])
            #expect(try await access.grants(acme).count == 1)
            for grant in try await access.grants(acme) {
                _ = try await access.revoke(
                    grant.id, isForced: true, recording: AuditRecord(.grantRevoke, by: .operator))
            }
        }
    }
}
