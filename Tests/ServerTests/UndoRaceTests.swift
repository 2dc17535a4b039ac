import GatehouseTesting
import Identities
import Policy
import Synchronization
import Testing

@testable import Server

@Suite("Undo beside the changes of others")
struct UndoRaceTests {
    private let page = "/organizations/acme/members"

    /// A suspension by Carla, or its end, which she undoes; the events before the Undo.
    private func prepared(
        isReinstatement: Bool
    ) async throws -> (manager: TestBrowser, event: String, known: Int) {
        let world = try GatewayWorld()
        let manager = try await world.browser("carla")
        _ = try await world.browser("vic")
        let person = "\(page)/\(try world.identity("vic"))"
        var done = try await manager.post("\(person)/suspend", [("reason", "Words")])
        if isReinstatement { done = try await manager.post("\(person)/reinstate", []) }
        let event = try #require(done.location?.split(separator: "=").last)
        return (manager, String(event), try await world.audited().count)
    }

    @Test(
        "a change of the user's access at any moment of an Undo comes after it or refuses it", arguments: [false, true])
    func interleaved(isReinstatement: Bool) async throws {
        var statuses: Set<Int> = []
        var reading = 1
        while true {
            let (manager, event, known) = try await prepared(isReinstatement: isReinstatement)
            let world = manager.world
            let isReached = Atomic(false)
            world.clock.meanwhile(atReading: reading) {
                isReached.store(true, ordering: .sequentiallyConsistent)
                _ = try? world.grant(.viewer, to: "vic")
            }
            let answer = try await manager.post(page, [("action", "undo"), ("event", event)])
            guard isReached.load(ordering: .sequentiallyConsistent) else {
                #expect(answer.status == 303, "no change came before the Undo")
                break
            }
            let undone = isReinstatement ? "suspension_create" : "suspension_delete"
            let expected = answer.status == 303 ? [undone, "grant_create"] : ["grant_create"]
            #expect(try await world.audited().dropFirst(known) == expected[...], "at reading \(reading)")
            statuses.insert(answer.status)
            reading += 1
        }
        #expect(statuses.contains(409), "the change came before the Undo")
    }

    @Test("an accepted invitation is a change that ends Undo")
    func accepted() async throws {
        let (manager, event, _) = try await prepared(isReinstatement: true)
        let vic = try await manager.world.browser("vic")
        let invited = try await manager.call(
            "POST", "\(acme)/invitations", #"{"email":"vic@acme.example","role":"organization-manager"}"#)
        #expect(try await manager.open("\(page)?event=\(event)").body.contains(">Undo</button>"))
        let token = try #require(invited.text("link")?.split(separator: "=").last)
        let accepted = try await vic.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#)
        #expect(accepted.status == 200 || accepted.status == 201, "\(accepted.body)")
        #expect(try await !manager.open("\(page)?event=\(event)").body.contains(">Undo</button>"))
        #expect(try await manager.post(page, [("action", "undo"), ("event", event)]).status == 409)
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.isEmpty)
    }
}
