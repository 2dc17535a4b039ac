import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing

@testable import Grants

@Suite("Rows that another program wrote")
struct HostileRowTests {
    private let world: AccessWorld
    private let acme = AccessWorld.acme

    init() throws { world = try AccessWorld() }

    private func refreshFails() throws {
        #expect(throws: DatabaseError.self) { try world.access.refresh() }
        let database = try world.place.reopened()
        defer { database.close() }
        #expect(throws: DatabaseError.self) { _ = try AccessStore.snapshot(of: database) }
        #expect(throws: DatabaseError.self) { _ = try AccessWorld.store(in: database, at: world.clock) }
    }

    @Test(
        "a grant that does not parse is an error, and gives nothing",
        arguments: [
            "role = 'root'", "role = 'Organization-Manager'", "role = 'organization-manager '", "role = ''",
            "source = 'me'", "organization = 'ACME'", "organization = ''",
        ])
    func grants(change: String) async throws {
        let pat = try world.user("pat")
        try await world.grant(.viewer, to: pat.identity)
        try await world.place.execute("UPDATE access_grant SET \(change)")
        try refreshFails()
        // The state from before the change stays in force.
        #expect(world.access.state.entitlement(of: pat.currentClaims, in: acme)?.role == .viewer)
    }

    @Test("a manager grant that does not parse permits no change", arguments: ["source = 'me'", "role = 'root'"])
    func actors(change: String) async throws {
        let pat = try world.user("pat")
        try await world.grant(.manager, to: pat.identity)
        try await world.grant(.viewer, to: AccessWorld.identity("other"))
        let before = try await world.access.grants(acme)
        try await world.place.execute("UPDATE access_grant SET \(change) WHERE subject = 'pat'")
        for grant in before {
            await #expect(throws: DatabaseError.self) {
                _ = try await world.access.revoke(
                    grant.id, in: acme, by: pat.acting(), recording: AccessWorld.record(.grantRevoke))
            }
        }
        #expect(try await world.place.count("access_grant") == 2)
    }

    @Test(
        "an issuer or subject that is not a user's own gives the user nothing",
        arguments: [
            "issuer = ''", "issuer = 'HTTPS://idp.example'", "issuer = 'https://idp.example/'", "subject = ''",
            "subject = 'PAT'", "subject = 'pat\n'", "subject = 'pat%'",
        ])
    func identities(change: String) async throws {
        let pat = try world.user("pat")
        try await world.grant(.manager, to: pat.identity)
        try await world.place.execute("UPDATE access_grant SET \(change)")
        try world.access.refresh()
        #expect(world.access.state.entitlement(of: pat.currentClaims, in: acme)?.role == nil)
        let draft = MappingDraft(claimName: "n", match: .exists, claimValue: "", role: .manager)
        #expect(
            try await world.change(.add(draft, at: nil), by: pat.acting(.writeMappings)).error
                == .notPermitted(isMember: false))
    }

    @Test("an identity that is not that of issuer and subject gives nothing")
    func derivedIdentity() async throws {
        let (pat, eve) = (try world.user("pat"), try await world.signedIn("eve"))
        try await world.grant(.manager, to: pat.identity)
        try await world.place.execute("UPDATE access_grant SET identity = '\(try eve.id)'")
        try world.access.refresh()
        #expect(world.access.state.entitlement(of: eve.currentClaims, in: acme)?.role == nil)
        #expect(try await world.suspend(pat.id, by: eve.acting()).error == .notPermitted(isMember: false))
    }

    @Test(
        "a suspension that does not parse is an error, and no suspension ends by it",
        arguments: [
            "UPDATE suspension SET identity = 'x'", "UPDATE suspension SET identity = ''",
            "UPDATE suspension SET organization = 'A B'", "UPDATE suspension_email SET identity = '!'",
            "UPDATE suspension_email SET organization = ''",
        ])
    func suspensions(sql: String) async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        _ = try await world.suspend(pat.id, by: carla.acting()).get()
        try await world.place.execute(sql)
        try refreshFails()
        #expect(world.access.state.entitlement(of: pat.currentClaims, in: acme)?.reason == .suspended)
    }

    @Test(
        "a rule that does not parse is an error, and earns nothing",
        arguments: ["role = 'root'", "match = 'regex'", "match = ''", "organization = '-'"])
    func rules(change: String) async throws {
        let carla = try await world.manager()
        let draft = MappingDraft(claimName: "sub", match: .equals, claimValue: "pat", role: .viewer)
        let id = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get().row.id
        try await world.place.execute("UPDATE claim_mapping SET \(change)")
        try refreshFails()
        if !change.contains("organization") {
            await #expect(throws: DatabaseError.self) {
                _ = try await world.change(.remove(id), by: carla.acting(.writeMappings))
            }
        }
    }

    @Test("a separator that is not one character splits nothing", arguments: ["", "ab", "e\u{301}"])
    func separators(text: String) async throws {
        let carla = try await world.manager()
        let draft = MappingDraft(claimName: "team", match: .equals, claimValue: "soc", split: ",", role: .viewer)
        _ = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get()
        try await world.place.execute("UPDATE claim_mapping SET split = '\(text)'")
        try world.access.refresh()
        let pat = try world.user("pat", more: ["team": #""soc\#(text)x""#])
        #expect(world.access.state.entitlement(of: pat.currentClaims, in: acme)?.role == nil)
    }

    @Test(
        "a stored role of a sign-in is shown only if it parses, and never acts",
        arguments: ["root", "organization-manager", ""])
    func mappedRole(role: String) async throws {
        let vic = try await world.signedIn("vic", groups: ["viewers"])
        try await world.place.execute("UPDATE person_seen SET mapped_role = '\(role)'")
        #expect(try await world.suspend(vic.id, by: vic.acting()).error == .notPermitted(isMember: true))
        #expect(try await !world.access.hasManager(acme))
        #expect(world.access.state.entitlement(of: vic.currentClaims, in: acme)?.role == .viewer)
    }

    @Test(
        "a sign-in that does not parse is an error of each list and change that needs it",
        arguments: ["identity = 'x'", "provider = ''", "provider = 'A B'"])
    func signIns(change: String) async throws {
        let carla = try await world.manager()
        _ = try await world.signedIn("vic", groups: ["viewers"])
        try await world.place.execute("UPDATE person_seen SET \(change) WHERE subject = 'vic'")
        await #expect(throws: DatabaseError.self) {
            _ = try await world.access.members(of: acme, by: .name, after: nil, limit: 9)
        }
        await #expect(throws: DatabaseError.self) {
            _ = try await world.suspend(carla.id, by: carla.acting(isConfirmed: true))
        }
        #expect(try await world.place.count("suspension") == 0)
    }

    @Test(
        "claims that are cut, empty or another user's earn nothing",
        arguments: [TestSQL.blob([]), "substr(claims, 2)", "OTHER"])
    func claims(value: String) async throws {
        _ = try await world.manager()
        _ = try await world.signedIn("vic", groups: ["viewers"])
        let value = value.replacing("OTHER", with: "(SELECT claims FROM person_seen WHERE subject = 'carla')")
        try await world.place.execute("UPDATE person_seen SET claims = \(value), rules = '' WHERE subject = 'vic'")
        let members = try await world.access.members(of: acme, by: .name, after: nil, limit: 9)
        #expect(members.map(\.name) == ["carla@acme.example"])
    }

    @Test("times may be any number", arguments: [Int64.max, Int64.min, -1, 0, 1 << 62])
    func times(number: Int64) async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"])
        let grant = try await world.grant(.viewer, to: pat.identity)
        _ = try await world.suspend(pat.id, by: carla.acting()).get()
        for (table, column) in [
            ("access_grant", "created_at"), ("suspension", "created_at"), ("person_seen", "seen_at"),
        ] { try await world.place.execute("UPDATE \(table) SET \(column) = \(number)") }
        try world.access.refresh()
        #expect(try await world.access.suspensions(of: acme, after: nil, limit: 9).count == 1)
        #expect(try await world.access.members(of: acme, by: .name, after: nil, limit: 9).map(\.id) == [carla.id])
        #expect(try await !world.access.hasManager(acme), "a sign-in at an impossible time does not count")
        let revoked = try await world.access.revoke(
            grant.id, isForced: false, recording: AccessWorld.record(.grantRevoke))
        #expect(revoked.error == nil)
    }

    @Test("a rank may be any number, and the next change numbers all rules anew", arguments: [Int.max, Int.min])
    func ranks(number: Int) async throws {
        let carla = try await world.manager()
        let draft = MappingDraft(claimName: "n", match: .exists, claimValue: "", role: .viewer)
        for _ in 0..<2 { _ = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get() }
        try await world.place.execute("UPDATE claim_mapping SET rank = \(number)")
        let all = try await world.change(.add(draft, at: nil), by: carla.acting(.writeMappings)).get().all
        #expect(all.map(\.rank) == [1, 2, 3])
        #expect(try await world.place.count("claim_mapping WHERE rank BETWEEN 1 AND 3") == 3)
    }
}
