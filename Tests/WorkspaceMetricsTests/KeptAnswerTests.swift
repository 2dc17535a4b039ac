import Databases
import GatehouseTesting
import HTTPMessage
import Identities
import Inventory
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Answers that are kept under an idempotency key")
struct KeptAnswerTests {
    private let world: TestStore

    init() async throws {
        world = try TestStore()
        try await world.put(example)
    }

    private static let robot = Identity(issuer: "https://idp.example", subject: "robot")

    private func request(
        _ key: String = "k", by publisher: Identity = KeptAnswerTests.robot, in organization: OrganizationID = .acme
    ) throws -> RepeatableRequest {
        RepeatableRequest(try #require(IdempotencyKey(Array(key.utf8))), by: publisher, in: organization)
    }

    private func put(_ id: String) -> String {
        #"{"changes":[{"op":"put_workspace","workspace":{"id":"\#(id)","name":"N"}}]}"#
    }

    private func change(
        _ body: String, as request: RepeatableRequest, in store: MetricsStore? = nil,
        if authorization: any WriteAuthorization = OperatorAuthorization(),
        when conditions: Preconditions = Preconditions()
    ) async throws -> ChangesAnswer {
        try await (store ?? world.store).change(
            request.organization, body: Array(body.utf8), if: authorization, when: conditions, as: request)
    }

    private var version: Int { world.store.snapshot(of: .acme).version }

    @Test("a repeated request is answered as the first time, and changes nothing")
    func repeated() async throws {
        let first = try await change(put("new"), as: request())
        #expect(!first.isReplayed)
        let tag = try first.result.get()
        #expect(try await world.store.inventoryTag(of: .acme) == tag)
        try await world.change(#"{"op":"delete_workspace","workspace":"new"}"#).get()
        let before = version
        let again = try await change(put("new"), as: request())
        #expect(try again.isReplayed && again.result.get() == tag)
        #expect(version == before && world.store.snapshot(of: .acme).row(id: "new") == nil)
    }

    @Test("the answer survives a restart, and is known to other processes")
    func durable() async throws {
        let tag = try await change(put("new"), as: request()).result.get()
        let again = try await change(put("new"), as: request(), in: world.reopened())
        #expect(try again.isReplayed && again.result.get() == tag)
    }

    @Test("the same key with other content is refused, whether that content is valid or not")
    func otherContent() async throws {
        _ = try await change(put("new"), as: request())
        for body in [put("other"), put("new") + " ", "{", #"{"changes":7}"#] {
            let answer = try await change(body, as: request())
            #expect(answer.result.error == .keyReused && !answer.isReplayed, "\(body)")
        }
        #expect(world.store.snapshot(of: .acme).rows.count == 3)
    }

    @Test("keys of other publishers, issuers and organizations are independent")
    func independent() async throws {
        let (issuer, robot) = (KeptAnswerTests.robot.issuer, KeptAnswerTests.robot)
        let requests = [
            try request(), try request("K"), try request(in: .globex),
            try request(by: Identity(issuer: issuer, subject: "ROBOT")),
            try request(by: Identity(issuer: "https://other.example", subject: robot.subject)),
        ]
        for (number, request) in requests.enumerated() {
            #expect(try await change(put("w\(number)"), as: request).result.isSuccess)
        }
        #expect(try await world.count("inventory_answer") == requests.count)
    }

    @Test("refused content and failed conditions are answered again as the first time, although they would succeed now")
    func refusals() async throws {
        let member = #"{"email":"x@y","roles":["later"],"status":"active"}"#
        let unknownRole =
            #"{"changes":[{"op":"put_workspace","workspace":{"id":"new","name":"N"}},"#
            + #"{"op":"put_member","workspace":"soc","member":\#(member)}]}"#
        let before = try await world.inventory()
        let first = try await change(unknownRole, as: request("role"))
        #expect(first.result.pointers == ["/changes/1/member/roles/0"] && !first.isReplayed)
        let malformed = try await change(#"{"changes":[{"op":"x"}]}"#, as: request("parser"))
        #expect(malformed.result.pointers == ["/changes/0/op"])
        let condition = try await change(put("new"), as: request("condition"), when: Preconditions(ifMatch: "\"x\""))
        #expect(condition.result.error == .preconditionFailed)
        // All three were undone completely.
        #expect(try await world.inventory() == before && world.store.snapshot(of: .acme).version == 1)
        #expect(try world.store.verifyBlocking() == [])
        try await world.change(#"{"op":"put_role","role":{"id":"later","scopes":[]}}"#).get()
        let again = try await change(unknownRole, as: request("role"))
        #expect(again.isReplayed && again.result.error == first.result.error)
        let sameMalformed = try await change(#"{"changes":[{"op":"x"}]}"#, as: request("parser"))
        #expect(sameMalformed.isReplayed && sameMalformed.result.error == malformed.result.error)
        let sameCondition = try await change(put("new"), as: request("condition"))
        #expect(sameCondition.isReplayed && sameCondition.result.error == .preconditionFailed)
    }

    @Test("a condition that the first request has outdated does not fail its repetition")
    func condition() async throws {
        let tag = try await world.store.inventoryTag(of: .acme)
        let conditions = Preconditions(ifMatch: "\"\(tag)\"")
        #expect(try await change(put("new"), as: request(), when: conditions).result.isSuccess)
        let again = try await change(put("new"), as: request(), when: conditions)
        #expect(again.isReplayed && again.result.isSuccess)
    }

    @Test("other outcomes free the key")
    func freed() async throws {
        #expect(try await change("{", as: request()).result.error != nil)
        #expect(try await change(put("new"), as: request(), if: NoAuthorization()).result.error == .signedOut)
        #expect(try await world.count("inventory_answer") == 0)
        let made = try await change(put("new"), as: request())
        #expect(made.result.isSuccess && !made.isReplayed)
    }

    @Test("permission is checked before an answer is repeated")
    func permission() async throws {
        _ = try await change(put("new"), as: request())
        let answer = try await change(put("new"), as: request(), if: NoAuthorization())
        #expect(answer.result.error == .signedOut && !answer.isReplayed)
    }

    @Test("an answer is kept for 24 hours, and is swept afterwards")
    func expiry() async throws {
        let key = try request()
        _ = try await change(put("new"), as: key)
        _ = try await change(put("new"), as: request("other"))
        world.clock.advance(.seconds(24 * 3600 - 1))
        #expect(try await change(put("new"), as: key).isReplayed)
        world.clock.advance(.seconds(1))
        // The key is free, also for other content, and the write sweeps the answers that have expired.
        let next = try await change(put("next"), as: key)
        #expect(next.result.isSuccess && !next.isReplayed)
        #expect(try await world.count("inventory_answer") == 1)
        world.clock.advance(.seconds(24 * 3600))
        try world.store.sweepBlocking()
        #expect(try await world.count("inventory_answer") == 0)
    }

    @Test("of equal requests that two processes serve at once, one is made and the others are repetitions")
    func concurrent() async throws {
        let stores = [world.store, try world.reopened()]
        let (body, request) = (Array(put("new").utf8), try request())
        let answers = try await withThrowingTaskGroup(of: ChangesAnswer.self) { group in
            for number in 0..<20 {
                group.addTask { try await stores[number % 2].change(.acme, body: body, as: request) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { !$0.isReplayed } == 1)
        #expect(Set(try answers.map { try $0.result.get() }).count == 1)
        #expect(try await world.count("inventory_workspace") == 3)
    }

    @Test("a key is reserved while its request is under way")
    func underWay() throws {
        let backend = MetricsBackend(world.store)
        let permit = try TokenMint().permit(.writeInventory, in: .acme)
        let key = try #require(IdempotencyKey("k".utf8))
        let first = try #require(try backend.begin(permit, key))
        #expect(try backend.begin(permit, key) == nil)
        let elsewhere = try TokenMint().permit(.writeInventory, in: .globex)
        #expect(try backend.begin(elsewhere, key) != nil)
        backend.end(first)
        #expect(try backend.begin(permit, key) == first)
        let reader = try TokenMint().permit(.readMetrics, in: .acme)
        #expect(throws: MetricsError.self) { try backend.begin(reader, key) }
    }

    @Test("an answer that cannot be read is a fault of the store, and not repeated")
    func tampered() async throws {
        _ = try await change(put("new"), as: request())
        for text in ["", "{}", "[]", #"{"content":[{"pointer":1}]}"#, #"{"precondition_failed":false}"#] {
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute("UPDATE inventory_answer SET answer = $1", .text(text))
            }
            await #expect(throws: MetricsError.self) { try await change(put("new"), as: request()) }
        }
    }
}
