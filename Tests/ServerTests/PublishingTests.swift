import GatehouseTesting
import HTTPMessage
import Identities
import JSON
import Policy
import Testing
import Time

@testable import Server

/// Publishing over HTTP: entity tags, conditions, and repeated requests.
@Suite("Publishing an inventory")
struct PublishingTests {
    private let world: GatewayWorld
    private let pat: TestBrowser
    private static let inventory = "/api/v1/organizations/acme/inventory"
    private static let soc = "/api/v1/organizations/acme/inventory/workspaces/soc"
    private static let changes = "/api/v1/organizations/acme/inventory/changes"

    init() async throws {
        world = try GatewayWorld()
        pat = try await world.browser("pat")
        _ = try world.grant(.publisher, to: "pat")
    }

    private func rename(_ name: String) -> String {
        #"{"changes":[{"op":"rename_workspace","workspace":"soc","name":"\#(name)"}]}"#
    }

    private func tag(_ path: String) async throws -> String {
        try #require(try await pat.fetch("GET", path).field("ETag"))
    }

    @Test("a read is answered with 304 if the content is unchanged, and with 412 if If-Match fails")
    func reads() async throws {
        for path in [PublishingTests.inventory, PublishingTests.soc] {
            let first = try await pat.fetch("GET", path)
            let tag = try #require(first.field("ETag"))
            #expect(first.status == 200 && tag.hasPrefix("\""))
            for method in ["GET", "HEAD"] {
                let known = try await pat.fetch(
                    method, path, fields: ["If-None-Match: \"x\"", "If-None-Match: \(tag)"])
                #expect(known.status == 304 && known.field("ETag") == tag && known.body.isEmpty)
                #expect(try await pat.fetch(method, path, fields: ["If-None-Match: \"x\""]).status == 200)
                #expect(try await pat.fetch(method, path, fields: ["If-Match: \(tag)"]).status == 200)
                let failed = try await pat.fetch(method, path, fields: ["If-Match: \"x\"", "If-None-Match: \(tag)"])
                #expect(failed.status == 412)
                #expect(try await pat.fetch(method, path, fields: ["If-Match: W/\(tag)"]).status == 412)
            }
            #expect(try await pat.fetch("GET", path, fields: ["If-Match: \"x\""]).code == "precondition_failed")
        }
        let missing = "\(PublishingTests.inventory)/workspaces/none"
        #expect(try await pat.fetch("GET", missing, fields: ["If-Match: \"x\""]).status == 404)
    }

    @Test("the answer to a write has the tag that a read then has")
    func tags() async throws {
        let put = try await pat.call("PUT", PublishingTests.soc, #"{"id":"soc","name":"A"}"#)
        let ofWorkspace = try await tag(PublishingTests.soc)
        #expect(put.status == 204 && put.field("ETag") == ofWorkspace)
        let changed = try await pat.call("POST", PublishingTests.changes, rename("B"))
        let afterChanges = try await tag(PublishingTests.inventory)
        #expect(changed.status == 204 && changed.field("ETag") == afterChanges)
        let document = #"{"workspaces":[{"id":"soc","name":"C"}]}"#
        let replaced = try await pat.call("PUT", PublishingTests.inventory, document)
        let afterImport = try await tag(PublishingTests.inventory)
        #expect(replaced.status == 200 && replaced.field("ETag") == afterImport)
        #expect(replaced.json?.member("workspaces")?.integer == 1)
        let deleted = try await pat.call("DELETE", PublishingTests.inventory)
        let empty = try await tag(PublishingTests.inventory)
        #expect(deleted.status == 204 && deleted.field("ETag") == empty)
        #expect(Set([afterChanges, afterImport, empty]).count == 3)
        let gone = try await pat.fetch("GET", PublishingTests.inventory)
        #expect(gone.status == 200)
        #expect(try await pat.fetch("GET", PublishingTests.soc).status == 404)
    }

    @Test("the removal of an inventory is audited like an import")
    func audited() async throws {
        let done = try await pat.call("DELETE", PublishingTests.inventory)
        #expect(done.status == 204)
        #expect(try await world.audited().last == "inventory_import")
    }

    /// Every write, with content that is accepted, and its target.
    static let writes: [(method: String, path: String, body: String?, target: String)] = [
        ("PUT", inventory, #"{"workspaces":[]}"#, inventory), ("DELETE", inventory, nil, inventory),
        ("PUT", soc, #"{"id":"soc","name":"New"}"#, soc), ("DELETE", soc, nil, soc),
        ("POST", changes, #"{"changes":[{"op":"delete_workspace","workspace":"soc"}]}"#, inventory),
    ]

    @Test("a write whose condition fails changes nothing", arguments: writes.indices)
    func conditions(_ index: Int) async throws {
        let (method, path, body, target) = PublishingTests.writes[index]
        let tag = try await tag(target)
        for field in [
            "If-Match: \"x\"", "If-Match: W/\(tag)", "If-Match: x", "If-None-Match: *", "If-None-Match: \(tag)",
            "If-None-Match: x",
        ] {
            let answer = try await pat.call(method, path, body, fields: [field])
            #expect(answer.status == 412 && answer.code == "precondition_failed", "\(field): \(answer.body)")
            #expect(try await self.tag(target) == tag)
        }
        let met = try await pat.call(method, path, body, fields: ["If-Match: \"x\"", "If-Match: \(tag)"])
        #expect((200...204).contains(met.status), "\(met.body)")
    }

    @Test("a write is refused if its target changes while the content arrives", arguments: writes.indices)
    func meanwhile(_ index: Int) async throws {
        let (method, path, body, target) = PublishingTests.writes[index]
        let tag = try await tag(target)
        let answer = try await pat.call(method, path, body, fields: ["If-Match: \(tag)"]) {
            let done = try await pat.call("POST", PublishingTests.changes, rename("Meanwhile"))
            #expect(done.status == 204)
        }
        #expect(answer.status == 412, "\(answer.body)")
        #expect(try await pat.fetch("GET", PublishingTests.soc).text("name") == "Meanwhile")
    }

    @Test("If-None-Match: * creates, and never replaces")
    func creates() async throws {
        let only = ["If-None-Match: *"]
        let new = "\(PublishingTests.inventory)/workspaces/new"
        #expect(try await pat.call("PUT", new, #"{"id":"new","name":"1"}"#, fields: only).status == 204)
        #expect(try await pat.call("PUT", new, #"{"id":"new","name":"2"}"#, fields: only).status == 412)
        #expect(try await pat.fetch("GET", new).text("name") == "1")
        let document = #"{"workspaces":[{"id":"w","name":"W"}]}"#
        #expect(try await pat.call("PUT", PublishingTests.inventory, document, fields: only).status == 412)
        #expect(try await pat.call("DELETE", PublishingTests.inventory).status == 204)
        #expect(try await pat.call("PUT", PublishingTests.inventory, document, fields: only).status == 200)
    }

    @Test("a repeated request with a key is answered as the first time, and marked")
    func repeated() async throws {
        let key = ["Idempotency-Key: 8c1d/\"e\""]
        let first = try await pat.call("POST", PublishingTests.changes, rename("A"), fields: key)
        #expect(first.status == 204 && first.field("Idempotency-Replayed") == nil)
        #expect(try await pat.call("POST", PublishingTests.changes, rename("B")).status == 204)
        let again = try await pat.call("POST", PublishingTests.changes, rename("A"), fields: key)
        #expect(again.status == 204 && again.field("Idempotency-Replayed") == "true")
        #expect(again.field("ETag") == first.field("ETag"))
        #expect(try await pat.fetch("GET", PublishingTests.soc).text("name") == "B")
        let other = try await pat.call("POST", PublishingTests.changes, rename("C"), fields: key)
        #expect(other.status == 422 && other.code == "invalid_request" && !other.body.contains("\"errors\":[]"))
        #expect(other.field("Idempotency-Replayed") == nil)
    }

    @Test("a refusal of the content is repeated with its pointers")
    func repeatedRefusal() async throws {
        let key = ["Idempotency-Key: k"]
        let body = #"{"changes":[{"op":"rename_workspace","workspace":"none","name":"N"}]}"#
        let first = try await pat.call("POST", PublishingTests.changes, body, fields: key)
        #expect(first.status == 422 && first.body.contains("/changes/0/workspace"))
        let again = try await pat.call("POST", PublishingTests.changes, body, fields: key)
        #expect(again.status == 422 && again.field("Idempotency-Replayed") == "true")
        #expect(again.body.contains("/changes/0/workspace"))
    }

    @Test("while the first request is under way, another one with its key gets 409")
    func underWay() async throws {
        let key = ["Idempotency-Key: k"]
        let other = try await world.browser("sam")
        _ = try world.grant(.publisher, to: "sam")
        let first = try await pat.call(
            "POST", PublishingTests.changes, rename("First"), fields: key, arrivingFirst: "{"
        ) {
            for body in [rename("First"), rename("Second")] {
                let second = try await pat.call("POST", PublishingTests.changes, body, fields: key)
                #expect(second.status == 409 && second.code == "conflict", "\(second.body)")
            }
            // Keys of other publishers, other keys, and requests without one are independent.
            #expect(try await other.call("POST", PublishingTests.changes, rename("Sam"), fields: key).status == 204)
            let another = ["Idempotency-Key: K"]
            #expect(try await pat.call("POST", PublishingTests.changes, rename("B"), fields: another).status == 204)
            #expect(try await pat.call("POST", PublishingTests.changes, rename("C")).status == 204)
        }
        #expect(first.status == 204 && first.field("Idempotency-Replayed") == nil)
        #expect(try await pat.fetch("GET", PublishingTests.soc).text("name") == "First")
        let again = try await pat.call("POST", PublishingTests.changes, rename("First"), fields: key)
        #expect(again.status == 204 && again.field("Idempotency-Replayed") == "true")
    }

    @Test("a request that is not well formed frees its key")
    func freed() async throws {
        let key = ["Idempotency-Key: k"]
        #expect(try await pat.call("POST", PublishingTests.changes, "{", fields: key).status == 400)
        let long = String(repeating: " ", count: 2 << 20)
        #expect(try await pat.call("POST", PublishingTests.changes, long, fields: key).status == 413)
        #expect(try await pat.call("POST", PublishingTests.changes, rename("A"), fields: key).status == 204)
    }

    @Test(
        "a key that is not 1 to 255 visible characters is refused before the content is read",
        arguments: ["", "a b", String(repeating: "x", count: 256), "ä"])
    func invalidKey(_ key: String) async throws {
        let answer = try await pat.call(
            "POST", PublishingTests.changes, rename("A"), fields: ["Idempotency-Key: \(key)"])
        #expect(answer.status == 400 && answer.code == "invalid_request")
        let twice = try await pat.call(
            "POST", PublishingTests.changes, rename("A"), fields: ["Idempotency-Key: a", "Idempotency-Key: a"])
        #expect(twice.status == 400)
    }

    @Test("a publisher whose role was revoked gets no answer that was kept")
    func revoked() async throws {
        let robin = try await world.browser("sam")
        let grant = try world.grant(.publisher, to: "sam")
        let key = ["Idempotency-Key: k"]
        #expect(try await robin.call("POST", PublishingTests.changes, rename("A"), fields: key).status == 204)
        let manager = try await world.browser("carla")
        // Both before the request and while its content arrives.
        let late = try await robin.call("POST", PublishingTests.changes, rename("A"), fields: key) {
            let done = try await manager.call("DELETE", "/api/v1/organizations/acme/grants/\(grant.id)")
            #expect(done.status == 204)
        }
        #expect(late.status == 404 && late.field("Idempotency-Replayed") == nil)
        #expect(try await robin.call("POST", PublishingTests.changes, rename("A"), fields: key).status == 404)
    }
}
