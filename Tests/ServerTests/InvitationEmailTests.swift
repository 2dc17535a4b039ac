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

@Suite("Invitation emails")
struct InvitationEmailTests {
    /// Accepts emails, or fails.
    private final class Carrier: EmailTransport {
        private let state = Mutex<(emails: [EmailMessage], failure: DeliveryError?)>(([], nil))
        /// A closure that is called with each email, and that delays its acceptance.
        private let arrival = Mutex<(@Sendable (EmailMessage) async -> Void)?>(nil)
        var emails: [EmailMessage] { state.withLock { $0.emails } }
        func fail(_ failure: DeliveryError?) { state.withLock { $0.failure = failure } }
        func whenOneArrives(_ body: @escaping @Sendable (EmailMessage) async -> Void) { arrival.withLock { $0 = body } }

        func deliver(_ email: EmailMessage, by route: MailRoute) async throws(DeliveryError) {
            let failure = state.withLock { state in
                state.emails.append(email)
                return state.failure
            }
            if let arrival = arrival.withLock({ $0 }) { await arrival(email) }
            if let failure { throw failure }
        }
    }

    private let world: GatewayWorld
    private let manager: TestBrowser
    private let carrier = Carrier()
    private let worker: OutboxWorker
    private let path = "/api/v1/organizations/acme/invitations"

    init() async throws {
        world = try GatewayWorld(
            SettingsText(
                settings:
                    ", \"mail\": {\"from\": \"Gätehouse <no-reply@acme.example>\", \"smtp\": \"smtp://127.0.0.1:25\"}"
            ))
        manager = TestBrowser(world)
        worker = OutboxWorker(world.configurations, world.services, by: carrier)
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

    private func token(_ email: EmailMessage) throws -> String {
        let start = try #require(email.plainText.firstRange(of: "token="))
        return String(email.plainText[start.upperBound...].prefix(43))
    }

    @Test("an email has the link, and the API response does not")
    func sent() async throws {
        _ = try await invite()
        #expect(try await delivery().state == "queued")
        #expect(await worker.sendDue() == 1 && carrier.emails.count == 1)
        let email = try #require(carrier.emails.first)
        #expect(email.to.address == "pat@acme.example" && email.subject == "Invitation to Acme")
        let token = try token(email)
        #expect(email.plainText.contains("ceo@acme.example invites you") && email.html.contains(token))
        #expect(try await delivery().state == "sent")
        #expect(await worker.sendDue() == 0)
        #expect(try await world.audited().last == "invitation_send")
        let pat = try await world.browser("pat")
        let answer = try await pat.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#)
        #expect(answer.status == 200)
    }

    @Test("an undelivered email is retried at growing intervals, and all of its links work")
    func delayed() async throws {
        let id = try await invite()
        carrier.fail(DeliveryError(isPermanent: false, "the server hung up"))
        #expect(await worker.sendDue() == 1)
        let queued = try await delivery()
        #expect(queued.state == "queued" && queued.attempts == 1 && queued.failure == "the server hung up")
        #expect(await worker.sendDue() == 0)
        world.clock.advance(.seconds(60))
        #expect(await worker.sendDue() == 1)
        world.clock.advance(.seconds(60))
        #expect(await worker.sendDue() == 0)
        carrier.fail(nil)
        world.clock.advance(.seconds(240))
        #expect(await worker.sendDue() == 1)
        #expect(try await delivery().state == "sent" && carrier.emails.count == 3)
        // The arrived email is not known, so all links work; resending by hand ends all of them.
        let pat = try await world.browser("pat")
        _ = try await pat.open("/invitations/accept?token=\(try token(carrier.emails[0]))")
        #expect(try await pat.open("/invitations/accept").status == 200)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(try await pat.open("/invitations/accept").status == 404)
        #expect(await worker.sendDue() == 1)
    }

    @Test("an undeliverable email fails, and a manager can send it again")
    func failed() async throws {
        let id = try await invite()
        carrier.fail(DeliveryError(isPermanent: true, "550 no such user"))
        #expect(await worker.sendDue() == 1)
        let failed = try await delivery()
        #expect(failed.state == "failed" && failed.failure == "550 no such user")
        world.clock.advance(.seconds(1800))
        #expect(await worker.sendDue() == 0)
        carrier.fail(nil)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(await worker.sendDue() == 1)
        #expect(try await delivery().state == "sent")
    }

    @Test("delivery to an unreachable server fails after a day and a half")
    func unreachable() async throws {
        _ = try await invite()
        carrier.fail(DeliveryError(isPermanent: false, "no connection"))
        var tried = 0
        for _ in 0..<200 {
            tried += await worker.sendDue()
            world.clock.advance(.seconds(900))
        }
        #expect(tried == 12)
        try await manager.signIn("carla")
        #expect(try await delivery().state == "failed")
    }

    @Test("emails of revoked or expired invitations are not sent")
    func obsolete() async throws {
        let id = try await invite()
        #expect(try await manager.call("DELETE", "\(path)/\(id)").status == 204)
        _ = try await invite()
        world.clock.advance(.seconds(8 * 86400))
        #expect(await worker.sendDue() == 0 && carrier.emails.isEmpty)
    }

    @Test(
        "a stopping gateway waits for a delivery in progress, and requeues one that takes too long",
        arguments: [true, false])
    func stopping(_ isTaken: Bool) async throws {
        let (arrived, mayGo) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        carrier.whenOneArrives { _ in
            arrived.continuation.yield()
            for await _ in mayGo.stream { return }
        }
        worker.start()
        _ = try await invite()
        for await _ in arrived.stream { break }
        worker.stop()
        if isTaken { mayGo.continuation.yield() }
        await worker.finish(before: .now + (isTaken ? .seconds(10) : .zero))
        let delivery = try await delivery()
        #expect(delivery.state == (isTaken ? "sent" : "queued"))
        // The next process takes the email at once.
        if !isTaken { #expect(try await world.services.outbox.take(for: .seconds(600)) != nil) }
        mayGo.continuation.finish()
    }

    @Test("every email has its own Message-ID")
    func named() async throws {
        let id = try await invite()
        #expect(await worker.sendDue() == 1)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        #expect(await worker.sendDue() == 1)
        #expect(Set(carrier.emails.map(\.messageID)).count == 2)
    }
}
