import AccessUseCases
import Audit
import ClaimMapping
import Cryptography
import Databases
import Endpoints
import HTTPMessage
import Identities
import JSON
import Policy
import RuntimeConfiguration
import Snapshots
import Sockets
import Synchronization
import Testing
import Time
import Tokens

@testable import Grants
@testable import Server

/// Lists of many users, and their share of a reactor's time.
@Suite("Many users")
struct ManyUsersTests {
    private let world: GatewayWorld
    private let id: OrganizationID

    init() throws {
        world = try GatewayWorld()
        id = try #require(OrganizationID("acme"))
    }

    /// Signs a viewer in, and copies the stored records for that many other users.
    ///
    /// - Parameter isEvaluated: true if the access from their claims is stored too.
    private func fill(_ count: Int, isEvaluated: Bool) async throws {
        _ = try await world.browser("vic")
        let (id, configurations) = (id, world.configurations)
        let people = try await world.database.read { transaction throws(DatabaseError) in
            try AccessStore.signIns(id, after: nil, limit: 100, transaction)
        }
        let vic = try #require(people.first { $0.identity.subject == "vic" })
        let settings = configurations.read().value.accessSettings
        let claims = try #require(settings.claims(of: vic))
        let box = try #require(settings.box)
        let copies = try (0..<count).map { number in
            let subject = "copy-\(number)"
            let identity = Identity(issuer: vic.identity.issuer, subject: Subject(subject))
            let email = EmailAddress("\(subject)@acme.example")
            return LastSignIn(
                organization: id, id: try IdentityID(identity), identity: identity, provider: vic.provider,
                verifiedEmail: email, email: email, seenAt: vic.seenAt,
                claims: try claims.sealed(in: box, for: LastSignIn.owner(of: try IdentityID(identity))),
                access: isEvaluated ? vic.access : nil)
        }
        _ = try await world.database.write { transaction throws(DatabaseError) in
            for copy in copies { try AccessStore.note(copy, transaction) }
        }
    }

    @Test(
        "pages of members list every user once, in order, evaluated or not", arguments: [true, false])
    func pages(isEvaluated: Bool) async throws {
        try await fill(25, isEvaluated: isEvaluated)
        _ = try world.grant(.viewer, to: "unseen")
        _ = try world.grant(.manager, to: "copy-3")
        let manager = try await world.browser("carla")
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("copy-4"))", "{}")
        for order in [MemberOrder.identity, .name] {
            let expected = Set((0..<25).map { "copy-\($0)" } + ["vic", "carla", "unseen"]).subtracting(["copy-4"])
            var found: [Member] = []
            repeat {
                let page = try await world.services.stores.access.members(
                    of: id, by: order, after: found.last?.id, limit: 4)
                found += page
                if page.count < 4 { break }
            } while found.count < 100
            #expect(found.count == expected.count)
            #expect(Set(found.map(\.identity.subject.text)) == expected)
            #expect(found.first { $0.identity.subject == "copy-3" }?.role == .manager)
            let keys = found.map { order == .name ? Array($0.name.utf8) : Array($0.id.text.utf8) }
            #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        }
        var (subjects, cursor): ([String], String?) = ([], nil)
        repeat {
            let query = "limit=5" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await manager.fetch("GET", "\(acme)/members?\(query)")
            subjects += page.items.compactMap { $0.member("subject")?.string }
            cursor = page.text("next_cursor")
        } while cursor != nil
        #expect(subjects.count == 27 && Set(subjects).count == 27)
    }

    @Test("a page of members evaluates no user whose access is stored, and only its own users otherwise")
    func evaluating() async throws {
        try await fill(200, isEvaluated: false)
        let access = world.services.stores.access
        func page() async throws -> AccessStore.MemberPage {
            try await access.memberPage(of: id, by: .identity, after: nil, limit: 10)
        }
        let first = try await page()
        #expect(first.members.count == 10 && (9...20).contains(first.evaluated))
        #expect(try await access.evaluate(id).count == 200)
        let second = try await page()
        #expect(second.members.count == 10 && second.evaluated == 0)
        #expect(try await access.evaluate(id).count == 0)
    }

    @Test("after a change of the rules, members are listed only with roles that the rules give")
    func afterChange() async throws {
        try await fill(12, isEvaluated: true)
        let manager = try await world.browser("carla")
        let row = "{\"claim_name\":\"sub\",\"match\":\"exists\",\"role\":\"organization-viewer\"}"
        _ = try await world.browser("sam", "organization=acme")
        func sam() async throws -> JSONValue? {
            try await manager.fetch("GET", "\(acme)/members?limit=500").items
                .first { $0.member("subject")?.string == "sam" }
        }
        #expect(try await sam() == nil)
        let added = try await manager.call("POST", "\(acme)/claim-mappings", row)
        let mapping = try #require(added.text("id"), "\(added.body)")
        #expect(try await sam()?.member("role")?.string == "organization-viewer")
        await UserEvaluation(world.services.stores.access).perform(isThorough: false)
        #expect(try await sam()?.member("role")?.string == "organization-viewer")
        #expect(try await manager.call("DELETE", "\(acme)/claim-mappings/\(mapping)").status == 204)
        #expect(try await sam() == nil)
    }

    @Test(
        "a reactor's work for a list does not grow with the number of users",
        arguments: [
            "/api/v1/organizations/acme/members?limit=5", "/organizations/acme/members?rows=25",
        ])
    func steps(path: String) async throws {
        let manager = try await world.browser("carla")
        func cost() async throws -> Duration {
            let fields = path.hasPrefix("/api") ? ["Accept: application/json"] : TestBrowser.navigation
            var costs: [Duration] = []
            for _ in 0..<15 {
                costs.append(
                    try await world.longestStep {
                        let answer = try await manager.send("GET", path, fields: fields)
                        #expect(answer.status == 200, "\(answer.body)")
                        return answer
                    })
            }
            return costs.min() ?? .zero
        }
        // Both times more users than a page has rows, so that only their number differs.
        try await fill(60, isEvaluated: false)
        _ = try await cost()
        let few = try await cost()
        try await fill(600, isEvaluated: false)
        let many = try await cost()
        #expect(many < few * 3 + .milliseconds(1), "\(few) for few people, \(many) for many")
    }
}
