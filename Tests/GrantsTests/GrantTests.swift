import Audit
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing
import Time

@testable import Grants

@Suite("Grants of the operator")
struct GrantTests {
    private let world: AccessWorld
    private let acme = AccessWorld.acme

    init() throws { world = try AccessWorld() }

    private func revoke(_ id: String, isForced: Bool = false) async throws -> Result<Grant, AccessRefusal> {
        try await world.access.revoke(id, isForced: isForced, recording: AccessWorld.record(.grantRevoke))
    }

    @Test("a grant is stored once, and another role or organization is another grant")
    func unique() async throws {
        let user = AccessWorld.identity("pat")
        let first = try await world.grant(.viewer, to: user)
        #expect(try await world.grant(.viewer, to: user) == first)
        let more = [
            try await world.grant(.manager, to: user), try await world.grant(.viewer, to: user, in: AccessWorld.globex),
            try await world.grant(.viewer, to: AccessWorld.identity("pat", issuer: AccessWorld.otherIssuer)),
        ]
        #expect(Set((more + [first]).map(\.id)).count == 4)
        #expect(try await world.place.count("access_grant") == 4)
        #expect(first.source == .operator && first.createdAt == world.clock.now && first.email == nil)
        #expect(try await world.access.grants(acme).count == 3)
        #expect(try await world.access.grants(nil).count == 4)
    }

    @Test(
        "names that look alike are different users",
        arguments: [
            ("jos\u{E9}", "jose\u{301}"), ("\u{212B}", "\u{C5}"), ("a`", "a\u{1FEF}"), ("K", "\u{212A}"),
            ("pat", "Pat"), ("pat", "pat "), ("pat", "pat\u{200B}"),
        ])
    func octets(one: String, other: String) async throws {
        let (first, second) = (AccessWorld.identity(one), AccessWorld.identity(other))
        let grant = try await world.grant(.manager, to: first)
        let snapshot = world.access.snapshots.read().value
        #expect(snapshot.roles(of: first, in: acme) == [.manager])
        #expect(snapshot.roles(of: second, in: acme).isEmpty)
        let another = try await world.grant(.viewer, to: second)
        #expect(another.id != grant.id)
        _ = try await revoke(grant.id, isForced: true).get()
        let after = world.access.snapshots.read().value
        #expect(after.roles(of: first, in: acme).isEmpty && after.roles(of: second, in: acme) == [.viewer])
        let alike = Identity(issuer: Issuer("https://\(one).example"), subject: "pat")
        try await world.grant(.viewer, to: alike)
        let foreign = Identity(issuer: Issuer("https://\(other).example"), subject: "pat")
        #expect(world.access.snapshots.read().value.roles(of: foreign, in: acme).isEmpty)
    }

    @Test("a revoked grant is gone at once, and its id is unknown from then on")
    func revoked() async throws {
        let user = AccessWorld.identity("pat")
        let grants = [try await world.grant(.viewer, to: user), try await world.grant(.publisher, to: user)]
        #expect(try await revoke(grants[0].id).get() == grants[0])
        #expect(world.access.snapshots.read().value.roles(of: user, in: acme) == [.publisher])
        #expect(try await revoke(grants[0].id) == .failure(.notFound))
        #expect(try await revoke("") == .failure(.notFound))
        #expect(try await revoke("'; DROP TABLE access_grant; --") == .failure(.notFound))
        #expect(try await world.access.grants(acme) == [grants[1]])
    }

    @Test("every change is in the audit log, and a change that changes nothing is not")
    func recorded() async throws {
        let user = AccessWorld.identity("pat")
        let grant = try await world.grant(.manager, to: user)
        try await world.grant(.manager, to: user)
        #expect(try await revoke(grant.id) == .failure(.wouldLockOut))
        _ = try await revoke(grant.id, isForced: true).get()
        let events = try await world.events()
        #expect(events.map(\.action) == ["grant_create", "grant_revoke"])
        let id = try IdentityID(user).text
        #expect(
            events.allSatisfy { $0.target == id && $0.detail("grant") == grant.id && $0.detail("subject") == "pat" })
        #expect(events.allSatisfy { $0.detail("role") == "organization-manager" })
    }

    @Test("a grant that cannot be recorded is not made")
    func unrecorded() async throws {
        try await world.place.execute("INSERT INTO audit_head VALUES ('acme', \(Int.max), 'x')")
        await #expect(throws: DatabaseError.self) { try await world.grant(.manager, to: AccessWorld.identity("pat")) }
        #expect(try await world.place.count("access_grant") == 0)
        #expect(
            world.access.snapshots.read().value.roles(of: AccessWorld.identity("pat"), in: acme).isEmpty)
    }

    @Test("pages of grants go on behind the last one, and have those of one organization")
    func pages() async throws {
        for number in 0..<7 { try await world.grant(.viewer, to: AccessWorld.identity("s\(number)")) }
        try await world.grant(.viewer, to: AccessWorld.identity("x"), in: AccessWorld.globex)
        var (seen, last): ([Grant], String) = ([], "")
        while true {
            let page = try await world.access.grants(of: acme, after: last, limit: 3)
            guard let end = page.last else { break }
            (seen, last) = (seen + page, end.id)
        }
        #expect(seen.count == 7 && Set(seen.map(\.identity)).count == 7)
        #expect(seen.map(\.id) == seen.map(\.id).sorted() && seen.allSatisfy { $0.organization == acme })
    }

    @Test("ids of grants never begin as an option of a command does")
    func ids() throws {
        for seconds in 0..<2000 {
            // Times whose first six bits are those of a hyphen.
            let id = try AccessStore.makeID(at: Timestamp(seconds: 0xF800_0000 + Int64(seconds)))
            #expect(id.utf8.first != UInt8(ascii: "-"))
        }
    }

    @Test("grants of an earlier version get their identity when the store is opened")
    func completed() async throws {
        for number in 0..<230 { try await world.grant(.viewer, to: AccessWorld.identity("s\(number)")) }
        try await world.place.execute("UPDATE access_grant SET identity = ''")
        let database = try world.place.reopened()
        defer { database.close() }
        let store = try AccessWorld.store(in: database, at: world.clock)
        #expect(try await world.place.count("access_grant WHERE identity = ''") == 0)
        let id = try IdentityID(AccessWorld.identity("s229"))
        let known = try await database.read { transaction throws(DatabaseError) in
            try AccessStore.known(id, in: AccessWorld.acme, transaction)
        }
        #expect(known?.identity == AccessWorld.identity("s229") && known?.grants.count == 1)
        #expect(try await store.members(of: acme, by: .identity, after: nil, limit: 300).count == 230)
    }
}
