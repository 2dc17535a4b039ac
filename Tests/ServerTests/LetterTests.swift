import Audit
import Databases
import GatehouseTesting
import Grants
import HTTPMessage
import Identities
import Invitations
import JSON
import Synchronization
import Testing
import Time

@testable import Mail
@testable import Server

@Suite("Letters")
struct LetterTests {
    /// Accepts letters, or fails.
    private final class Carrier: EmailTransport {
        private let state = Mutex<(letters: [Letter], failure: DeliveryError?)>(([], nil))
        /// A closure that is called with each letter, and that delays its acceptance.
        private let arrival = Mutex<(@Sendable (Letter) async -> Void)?>(nil)
        var letters: [Letter] { state.withLock { $0.letters } }
        func fail(_ failure: DeliveryError?) { state.withLock { $0.failure = failure } }
        func whenOneArrives(_ body: @escaping @Sendable (Letter) async -> Void) { arrival.withLock { $0 = body } }

        func deliver(_ letter: Letter, by route: MailRoute) async throws(DeliveryError) {
            let failure = state.withLock { state in
                state.letters.append(letter)
                return state.failure
            }
            if let arrival = arrival.withLock({ $0 }) { await arrival(letter) }
            if let failure { throw failure }
        }
    }

    private let world: SignInWorld
    private let manager: TestBrowser
    private let carrier = Carrier()
    private let post: OutboxWorker
    private let path = "/api/v1/organizations/acme/invitations"

    init() async throws {
        world = try SignInWorld(
            settings: ", \"mail\": {\"from\": \"Gätehouse <no-reply@acme.example>\", \"smtp\": \"smtp://127.0.0.1:25\"}"
        )
        manager = TestBrowser(world)
        post = OutboxWorker(world.deployments, world.services, by: carrier)
        try await manager.signIn("carla")
    }

    private func invite() async throws -> String {
        let answer = try await manager.call("POST", path, #"{"email":"pat@acme.example","role":"organization-viewer"}"#)
        try #require(answer.status == 201 && answer.text("link") == nil, "\(answer.body)")
        return try #require(answer.text("id"))
    }

    private func delivery() async throws -> (state: String?, attempts: Int64?, failure: String?) {
        let item = try #require(try await manager.fetch("GET", path).items.first { _ in true })
        let delivery = item.member("delivery")
        return (
            delivery?.member("state")?.string, delivery?.member("attempts")?.integer,
            delivery?.member("failure")?.string
        )
    }

    private func token(_ letter: Letter) throws -> String {
        let start = try #require(letter.plainText.firstRange(of: "token="))
        return String(letter.plainText[start.upperBound...].prefix(43))
    }

    @Test("a letter brings the link, and the answer does not")
    func sent() async throws {
        _ = try await invite()
        #expect(try await delivery().state == "queued")
        #expect(await post.sendDue() == 1 && carrier.letters.count == 1)
        let letter = try #require(carrier.letters.first)
        #expect(letter.to.address == "pat@acme.example" && letter.subject == "Invitation to Acme")
        let token = try token(letter)
        #expect(letter.plainText.contains("ceo@acme.example invites you") && letter.html.contains(token))
        #expect(try await delivery().state == "sent")
        #expect(await post.sendDue() == 0)
        #expect(try await world.audited().last == "invitation_send")
        let pat = TestBrowser(world)
        try await pat.signIn("pat")
        let answer = try await pat.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#)
        #expect(answer.status == 200)
    }

    @Test("a letter that was not taken is tried again, later and later, and every one of its links works")
    func delayed() async throws {
        let id = try await invite()
        carrier.fail(DeliveryError(isPermanent: false, "the server hung up"))
        #expect(await post.sendDue() == 1)
        let queued = try await delivery()
        #expect(queued.state == "queued" && queued.attempts == 1 && queued.failure == "the server hung up")
        #expect(await post.sendDue() == 0)
        world.clock.advance(.seconds(60))
        #expect(await post.sendDue() == 1)
        world.clock.advance(.seconds(60))
        #expect(await post.sendDue() == 0)
        carrier.fail(nil)
        world.clock.advance(.seconds(240))
        #expect(await post.sendDue() == 1)
        #expect(try await delivery().state == "sent" && carrier.letters.count == 3)
        // The arrived letter is not known, so all links work; resending by hand ends all of them.
        let pat = TestBrowser(world)
        try await pat.signIn("pat")
        _ = try await pat.open("/invitations/accept?token=\(try token(carrier.letters[0]))")
        #expect(try await pat.open("/invitations/accept").status == 200)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(try await pat.open("/invitations/accept").status == 404)
        #expect(await post.sendDue() == 1)
    }

    @Test("a letter that nobody can deliver is given up, and can be sent again by hand")
    func failed() async throws {
        let id = try await invite()
        carrier.fail(DeliveryError(isPermanent: true, "550 no such user"))
        #expect(await post.sendDue() == 1)
        let failed = try await delivery()
        #expect(failed.state == "failed" && failed.failure == "550 no such user")
        world.clock.advance(.seconds(1800))
        #expect(await post.sendDue() == 0)
        carrier.fail(nil)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(await post.sendDue() == 1)
        #expect(try await delivery().state == "sent")
    }

    @Test("a server that stays dead is given up after a day and a half")
    func dead() async throws {
        _ = try await invite()
        carrier.fail(DeliveryError(isPermanent: false, "no connection"))
        var tried = 0
        for _ in 0..<200 {
            tried += await post.sendDue()
            world.clock.advance(.seconds(900))
        }
        #expect(tried == 12)
        try await manager.signIn("carla")
        #expect(try await delivery().state == "failed")
    }

    @Test("what was revoked or has run out is not sent any more")
    func obsolete() async throws {
        let id = try await invite()
        #expect(try await manager.call("DELETE", "\(path)/\(id)").status == 204)
        _ = try await invite()
        world.clock.advance(.seconds(8 * 86400))
        #expect(await post.sendDue() == 0 && carrier.letters.isEmpty)
    }

    @Test(
        "a gateway that stops waits for a letter under way, and hands back one that takes too long",
        arguments: [true, false])
    func stopping(_ isTaken: Bool) async throws {
        let (arrived, mayGo) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        carrier.whenOneArrives { _ in
            arrived.continuation.yield()
            for await _ in mayGo.stream { return }
        }
        post.start()
        _ = try await invite()
        for await _ in arrived.stream { break }
        post.stop()
        if isTaken { mayGo.continuation.yield() }
        await post.finish(before: .now + (isTaken ? .seconds(10) : .zero))
        let delivery = try await delivery()
        #expect(delivery.state == (isTaken ? "sent" : "queued"))
        // The next process takes the letter at once.
        if !isTaken { #expect(try await world.services.outbox.take(for: .seconds(600)) != nil) }
        mayGo.continuation.finish()
    }

    @Test("every letter has a name of its own")
    func named() async throws {
        let id = try await invite()
        #expect(await post.sendDue() == 1)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(await post.sendDue() == 1)
        #expect(Set(carrier.letters.map(\.messageID)).count == 2)
    }
}
