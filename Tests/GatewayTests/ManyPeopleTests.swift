import Audit
import ClaimMapping
import Cryptography
import Databases
import Grants
import HTTPMessage
import Identities
import JSON
import Snapshots
import Sockets
import Synchronization
import Testing
import Time
import Tokens

@testable import Gateway

/// Lists of many users, and their share of a reactor's time.
@Suite("Many people")
struct ManyPeopleTests {
    private let world: SignInWorld
    private let acme = "/api/v1/organizations/acme"
    private let id: OrganizationID

    init() throws {
        world = try SignInWorld()
        id = try #require(OrganizationID("acme"))
    }

    /// Signs a viewer in, and copies the stored records for that many other users.
    ///
    /// - Parameter isJudged: true if the roles from their claims are stored too.
    private func fill(_ count: Int, isJudged: Bool) async throws {
        _ = try await world.browser("vic")
        let (id, deployments) = (id, world.deployments)
        let people = try await world.database.read { transaction throws(DatabaseError) in
            try AccessStore.people(id, after: nil, limit: 100, transaction)
        }
        let vic = try #require(people.first { $0.subject == "vic" })
        let deployment = deployments.read().value
        let claims = try #require(deployment.claims(of: vic))
        let box = try #require(deployment.signIn.box)
        let copies = try (0..<count).map { number in
            let subject = "copy-\(number)"
            let identity = try IdentityID(Identity(issuer: Issuer(vic.issuer), subject: Subject(subject)))
            return PersonSeen(
                organization: id, identity: identity, issuer: vic.issuer, subject: subject, provider: vic.provider,
                verifiedEmail: "\(subject)@acme.example", email: "\(subject)@acme.example", seenAt: vic.seenAt,
                claims: try claims.sealed(in: box, for: PersonSeen.owner(of: identity)),
                access: isJudged ? vic.access : nil)
        }
        _ = try await world.database.write { transaction throws(DatabaseError) in
            for copy in copies { try AccessStore.note(copy, transaction) }
        }
    }

    @Test("pages of members hold everyone once, in order, whether or not they were judged", arguments: [true, false])
    func pages(isJudged: Bool) async throws {
        try await fill(25, isJudged: isJudged)
        _ = try world.grant(.viewer, to: "unseen")
        _ = try world.grant(.manager, to: "copy-3")
        let manager = try await world.browser("carla")
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("copy-4"))", "{}")
        for order in [MemberOrder.identity, .name] {
            let expected = Set((0..<25).map { "copy-\($0)" } + ["vic", "carla", "unseen"]).subtracting(["copy-4"])
            var found: [SeenMember] = []
            let (id, rules) = (id, Deployment.peopleRules(of: world.deployments))
            repeat {
                let after = found.last?.identity
                let page = try await world.database.read { transaction throws(DatabaseError) in
                    try AccessStore.members(
                        of: id, by: order, after: after, limit: 4, under: .none, by: rules, transaction)
                }
                found += page
                if page.count < 4 { break }
            } while found.count < 100
            #expect(found.count == expected.count)
            #expect(Set(found.map(\.subject)) == expected)
            #expect(found.first { $0.subject == "copy-3" }?.role == .manager)
            let keys = found.map { order == .name ? Array($0.name.utf8) : Array($0.identity.text.utf8) }
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

    @Test("a page of members judges no person whose access is stored, and only its own people otherwise")
    func judging() async throws {
        try await fill(200, isJudged: false)
        let judged = Mutex(0)
        let real = Deployment.peopleRules(of: world.deployments)
        let rules = PeopleRules(
            accepts: real.accepts, isSignInPossible: real.isSignInPossible, tag: real.tag,
            judge: { person, rows in
                judged.withLock { $0 += 1 }
                return real.judge(person, rows)
            })
        let id = id
        func page() async throws -> Int {
            try await world.database.read { transaction throws(DatabaseError) in
                try AccessStore.members(
                    of: id, by: .identity, after: nil, limit: 10, under: .none, by: rules, transaction)
            }.count
        }
        #expect(try await page() == 10)
        #expect((10...20).contains(judged.withLock { $0 }))
        try await world.service.access.judgePeople(of: id, by: rules)
        judged.withLock { $0 = 0 }
        #expect(try await page() == 10)
        try await world.service.access.judgePeople(of: id, by: rules)
        #expect(judged.withLock { $0 } == 0)
    }

    @Test("stored access follows the rules: after a change a person is listed only with a role that the rules give")
    func afterChange() async throws {
        try await fill(12, isJudged: true)
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
        await PeopleJudging(world.deployments, world.service.access).perform(isThorough: false)
        #expect(try await sam()?.member("role")?.string == "organization-viewer")
        #expect(try await manager.call("DELETE", "\(acme)/claim-mappings/\(mapping)").status == 204)
        #expect(try await sam() == nil)
    }

    /// The longest step of the reactor while a request is answered, in CPU time.
    private func longestStep(of request: () async throws -> TestAnswer) async throws -> Duration {
        let longest = LongestStep()
        let reactor = world.reactor
        func watch(_ isOn: Bool) async {
            await withCheckedContinuation { continuation in
                reactor.perform {
                    reactor.stepWatch =
                        isOn ? StepWatch(longerThan: .zero) { _, time in longest.raise(to: time) } : nil
                    continuation.resume()
                }
            }
        }
        await watch(true)
        let answer = try await request()
        await watch(false)
        #expect(answer.status == 200, "\(answer.body)")
        return longest.value
    }

    @Test(
        "what a reactor does for a list does not grow with the people",
        arguments: [
            "/api/v1/organizations/acme/members?limit=5", "/organizations/acme/members?after=zzzzzzzzzzzzzzzzzzzzzw",
        ])
    func steps(path: String) async throws {
        let manager = try await world.browser("carla")
        func cost() async throws -> Duration {
            let fields = path.hasPrefix("/api") ? ["Accept: application/json"] : TestBrowser.navigation
            var costs: [Duration] = []
            for _ in 0..<3 {
                costs.append(try await longestStep { try await manager.send("GET", path, fields: fields) })
            }
            return costs.min() ?? .zero
        }
        try await fill(5, isJudged: false)
        _ = try await cost()
        let few = try await cost()
        try await fill(500, isJudged: false)
        let many = try await cost()
        #expect(many < few * 3 + .milliseconds(1), "\(few) for few people, \(many) for many")
    }
}

private final class LongestStep: Sendable {
    private let longest = Mutex(Duration.zero)

    var value: Duration { longest.withLock { $0 } }

    func raise(to time: Duration) { longest.withLock { $0 = max($0, time) } }
}
