import Audit
import ClaimMapping
import Databases
import Identities
import Policy
import Snapshots
import Testing
import Time

@testable import Gateway
@testable import Grants

/// The check that an organization keeps a manager: claims are opened before the transaction, rows compared inside it.
@Suite("The search for a manager")
struct ManagerSearchTests {
    private let world: SignInWorld
    private let acme: OrganizationID

    init() throws {
        world = try SignInWorld()
        acme = try #require(OrganizationID("acme"))
    }

    private var access: AccessStore { world.service.access }

    private func search(
        without departure: ManagerDeparture = .none, proposing rows: PreparedRules? = nil
    ) async throws -> ManagerSearch {
        try await access.searchManager(of: acme, proposing: rows, without: departure)
    }

    /// The verdict on a change that changes nothing, in a transaction after the search.
    private func verdict(_ search: ManagerSearch, isRequired: Bool = false) async throws -> ManagerVerdict {
        let (access, acme) = (access, acme)
        return try await world.database.read { transaction throws(DatabaseError) in
            try ManagerCheck(
                search, under: access.currentRules(of: acme), at: access.now(), isRequired: isRequired, transaction
            ).verdict(transaction)
        }
    }

    private func id(_ subject: String) throws -> IdentityID {
        try #require(IdentityID(try world.identity(subject)))
    }

    @Test("a user whose claims map to manager is found, and keeps the organization managed")
    func found() async throws {
        _ = try await world.browser("vic")
        #expect(try await search().witness == nil)
        _ = try await world.browser("carla")
        let found = try await search()
        #expect(try found.witness?.signIn.id == id("carla"))
        #expect(try await verdict(found) == .kept)
    }

    @Test("a stored role without matching claims is ignored", arguments: [true, false])
    func forged(isTagCurrent: Bool) async throws {
        _ = try await world.browser("vic")
        let tag = try #require(access.state.rules.tag(of: acme, with: .none)).text
        try await world.execute(
            """
            UPDATE person_seen SET mapped_role = 'organization-manager',
                rules = '\(isTagCurrent ? tag : "forged")' WHERE subject = 'vic'
            """)
        let found = try await search()
        #expect(!found.isAny)
        #expect(try await verdict(found, isRequired: true) == .lost)
    }

    @Test("claims copied from another user's record do not open")
    func copied() async throws {
        _ = try await world.browser("carla")
        _ = try await world.browser("vic")
        try await world.execute(
            """
            UPDATE person_seen SET claims = (SELECT claims FROM person_seen WHERE subject = 'carla'),
                mapped_role = 'organization-manager' WHERE subject = 'vic'
            """)
        let found = try await search(without: ManagerDeparture(id: id("carla")))
        #expect(!found.isAny)
        #expect(try found.predecessor?.signIn.id == id("carla"))
        #expect(try await verdict(found) == .lost)
    }

    @Test(
        "a witness whose record has changed does not count, and the search is repeated",
        arguments: [
            "UPDATE person_seen SET claims = x'00' WHERE subject = 'carla'",
            "UPDATE person_seen SET seen_at = seen_at - 1 WHERE subject = 'carla'",
            "UPDATE person_seen SET verified_email = NULL WHERE subject = 'carla'",
            "UPDATE person_seen SET provider = 'other' WHERE subject = 'carla'",
            "DELETE FROM person_seen WHERE subject = 'carla'",
            "INSERT INTO suspension_email VALUES ('acme', 'x', 'ceo@acme.example')",
        ])
    func changed(sql: String) async throws {
        _ = try await world.browser("carla")
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .kept)
        try await world.execute(sql)
        #expect(try await verdict(found, isRequired: true) == .outdated)
    }

    @Test("a new evaluation of an unchanged sign-in changes nothing")
    func evaluated() async throws {
        _ = try await world.browser("carla")
        let found = try await search()
        try await world.execute("UPDATE person_seen SET rules = 'x', mapped_role = NULL")
        #expect(try await verdict(found, isRequired: true) == .kept)
    }

    @Test("a sign-in since a search without result makes it outdated")
    func signedIn() async throws {
        _ = try await world.browser("vic")
        let found = try await search()
        #expect(try await verdict(found, isRequired: true) == .lost)
        #expect(try await verdict(found) == .kept, "there was no manager before")
        _ = try await world.browser("carla")
        #expect(try await verdict(found, isRequired: true) == .outdated)
    }

    @Test("a reload of the configuration makes a search outdated")
    func reloaded() async throws {
        _ = try await world.browser("carla")
        let found = try await search()
        try world.reload(rewriting: ("ceo@acme.example", "boss@acme.example"))
        #expect(try await verdict(found, isRequired: true) == .outdated)
        #expect(try await !search().isAny)
    }

    @Test("a user whom the change would suspend is a predecessor and no witness")
    func departing() async throws {
        _ = try await world.browser("carla")
        for departure in [
            ManagerDeparture(id: try id("carla")), ManagerDeparture(emails: ["CEO@acme.example"]),
        ] {
            let found = try await search(without: departure)
            #expect(found.witness == nil)
            #expect(try found.predecessor?.signIn.id == id("carla"))
        }
        let grant = try world.grant(.manager, to: "pat")
        #expect(try await search(without: ManagerDeparture(id: try id("carla"))).hasGrant)
        #expect(try await search(without: ManagerDeparture(grant: grant.id)).witness != nil)
    }

    @Test("a search under proposed rules ignores stored roles")
    func proposed() async throws {
        _ = try await world.browser("vic")
        let rows = PreparedRules([
            Mapping(id: "m", rank: 1, claimName: "sub", match: .equals, claimValue: "vic", role: .manager)
        ])
        // The file's rules come first, and make Vic a viewer.
        #expect(try await !search(proposing: rows).isAny)
        try await world.execute("UPDATE person_seen SET mapped_role = 'organization-manager'")
        #expect(try await !search(proposing: rows).isAny)
        _ = try await world.browser("carla")
        #expect(try await search(proposing: rows).witness != nil)
    }

    @Test("a record with an impossible time is evaluated once")
    func impossibleTime() async throws {
        _ = try await world.browser("vic")
        try await world.execute("UPDATE person_seen SET seen_at = 9223372036854775807, rules = 'old'")
        #expect(try await access.evaluate(acme).count == 1)
        #expect(try await access.evaluate(acme).count == 0)
    }

    @Test("a record that does not parse is an error, and decides nothing", arguments: ["identity", "provider"])
    func unreadable(column: String) async throws {
        _ = try await world.browser("carla")
        try await world.execute("UPDATE person_seen SET \(column) = 'no such thing!'")
        await #expect(throws: DatabaseError.self) { try await search() }
    }

    @Test("if the last two grants are revoked at once, one remains")
    func simultaneousRevocations() async throws {
        for _ in 0..<10 {
            let grants = [try world.grant(.manager, to: "a"), try world.grant(.manager, to: "b")]
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

    @Test("if the last two managers suspend each other at once, one remains")
    func simultaneousSuspensions() async throws {
        let carla = try await world.browser("carla")
        let rule = #"{"claim_name":"sub","claim_value":"sue","role":"organization-manager"}"#
        let added = try await carla.call("POST", "/api/v1/organizations/acme/claim-mappings", rule)
        #expect(added.status == 201, "\(added.body)")
        let sue = try await world.browser("sue")
        let path = "/api/v1/organizations/acme/suspensions"
        let (sues, carlas) = ("\(path)/\(try world.identity("sue"))", "\(path)/\(try world.identity("carla"))")
        let tokens = [try await carla.formToken(), try await sue.formToken()]
        let cookies = [carla.cookieField, sue.cookieField]
        let statuses = try await withThrowingTaskGroup(of: Int.self) { [world] group in
            for (number, target) in [sues, carlas].enumerated() {
                let fields =
                    cookies[number] + [
                        "Accept: application/json", "Sec-Fetch-Site: same-origin", "X-CSRF-Token: \(tokens[number])",
                    ]
                group.addTask { try await world.send("PUT", target, fields: fields).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        #expect(statuses.first == 200 && statuses.last != 200, "\(statuses)")
        #expect(try await access.hasManager(acme))
        #expect(try await access.suspensions(of: acme, after: nil, limit: 9).count == 1)
    }
}
