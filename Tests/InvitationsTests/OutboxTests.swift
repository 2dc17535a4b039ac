import Cryptography
import Databases
import GatehouseTesting
import Grants
import Identities
import Testing
import Time

@testable import Invitations

@Suite("The outbox")
struct OutboxTests {
    private let world: InvitationWorld
    private let outbox: Outbox

    init() async throws {
        world = try await InvitationWorld()
        outbox = Outbox(world.access.invitations)
    }

    @discardableResult
    private func queue(_ email: String = "pat@acme.example") async throws -> String {
        let issued = try await world.invite(email, on: world.terms(sendsEmail: true)).get()
        #expect(issued.token == nil && issued.invitation.delivery == .queued)
        return issued.invitation.id
    }

    private func invitation(_ id: String) async throws -> Invitation {
        try #require(try await world.store.invitation(id, in: AccessWorld.acme))
    }

    private func take() async throws -> OutgoingEmail? { try await outbox.take(for: .seconds(600)) }

    @Test("an email is taken by one worker, and again once the lease has run out")
    func lease() async throws {
        let id = try await queue()
        let outbox = outbox
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 { group.addTask { try await outbox.take(for: .seconds(600)) != nil } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 1)
        world.clock.advance(.seconds(599))
        #expect(try await take() == nil)
        world.clock.advance(.seconds(1))
        #expect(try await take()?.invitation.id == id)
        let known = try await invitation(id)
        #expect(known.attempts == 2 && known.delivery == .queued)
    }

    @Test("emails are taken in the order in which they are due")
    func order() async throws {
        let first = try await queue("a@acme.example")
        world.clock.advance(.seconds(1))
        let second = try await queue("b@acme.example")
        let taken = [try await take(), try await take(), try await take()]
        #expect(taken.map { $0?.invitation.id } == [first, second, nil])
    }

    @Test("every attempt has its own link, and all of them work until one is used")
    func links() async throws {
        let id = try await queue()
        var emails: [OutgoingEmail] = []
        for _ in 0..<3 {
            let email = try #require(try await take())
            try await outbox.settle(email, .delayed("451 later", until: world.clock.now + .seconds(60)))
            emails.append(email)
            world.clock.advance(.seconds(60))
        }
        #expect(Set(emails.map(\.token.text)).count == 3 && Set(emails.map(\.id)).count == 3)
        let known = try await invitation(id)
        #expect(known.attempts == 3 && known.lastFailure == "451 later")
        for email in emails { #expect(try await world.state(email.token) == .pending) }
        #expect(try await world.accept(emails[1].token, by: world.pat()).error == nil)
        for email in emails { #expect(try await world.state(email.token) == .accepted) }
        #expect(try await take() == nil)
        #expect(try await invitation(id).delivery == .sent, "a used link has arrived")
    }

    @Test("an email that was sent is not taken again, and is recorded")
    func sent() async throws {
        let id = try await queue()
        try await outbox.settle(#require(try await take()), .sent)
        world.clock.advance(.seconds(86400))
        #expect(try await take() == nil)
        let known = try await invitation(id)
        #expect(known.delivery == .sent && known.lastFailure == nil)
        #expect(try await world.access.events().last?.action == "invitation_send")
    }

    @Test("an email that was given up is recorded as a failure, and can be sent again")
    func failed() async throws {
        let id = try await queue()
        try await outbox.settle(#require(try await take()), .failed("550 no such user"))
        world.clock.advance(.seconds(86400))
        #expect(try await take() == nil)
        let known = try await invitation(id)
        #expect(known.delivery == .failed && known.lastFailure == "550 no such user" && known.state == .pending)
        let event = try #require(try await world.access.events().last)
        #expect(event.action == "invitation_send" && event.outcome == "failure" && event.reason == "undeliverable")
        _ = try await world.resend(id, on: world.terms(sendsEmail: true)).get()
        let renewed = try await invitation(id)
        #expect(renewed.attempts == 0 && renewed.lastFailure == nil)
        #expect(try await take()?.invitation.id == id)
    }

    @Test("the outcome of an attempt from before a resend changes nothing")
    func overtaken() async throws {
        let id = try await queue()
        let old = try #require(try await take())
        _ = try await world.resend(id, on: world.terms(sendsEmail: true)).get()
        let before = try await world.access.place.content()
        for outcome in [.sent, .failed("x"), .delayed("x", until: world.clock.now)] as [DeliveryOutcome] {
            try await outbox.settle(old, outcome)
        }
        #expect(try await world.access.place.content() == before)
        #expect(try await world.state(old.token) == nil)
        let new = try #require(try await take())
        try await outbox.settle(new, .sent)
        #expect(try await invitation(id).delivery == .sent)
    }

    @Test("what was revoked or has expired is not sent any more")
    func closed() async throws {
        let revoked = try await queue("a@acme.example")
        let email = try #require(try await take())
        #expect(try await world.revoke(revoked) == nil)
        try await outbox.settle(email, .delayed("later", until: world.clock.now))
        #expect(try await take() == nil)
        #expect(try await invitation(revoked).delivery == .failed)
        try await queue("b@acme.example")
        world.clock.advance(InvitationWorld.week)
        #expect(try await take() == nil)
    }

    @Test("a time beyond eight hours, of a faulty clock or an outcome, does not keep an email back")
    func late() async throws {
        let id = try await queue()
        let email = try #require(try await take())
        try await outbox.settle(email, .delayed("later", until: world.clock.now + .seconds(1_000_000)))
        world.clock.advance(.seconds(8 * 3600 - 1))
        #expect(try await take() == nil)
        world.clock.advance(.seconds(1))
        #expect(try await take() != nil)
        try await world.access.place.execute(
            "UPDATE invitation SET next_attempt_at = \(world.clock.now.seconds + 8 * 3600 + 61) WHERE id = '\(id)'")
        #expect(try await take() != nil)
    }

    @Test("neither a token nor the text of a link is stored; only a hash is", arguments: [true, false])
    func secrets(sendsEmail: Bool) async throws {
        let issued = try await world.invite("pat@acme.example", on: world.terms(sendsEmail: sendsEmail)).get()
        let token = try #require(sendsEmail ? try await take()?.token : issued.token)
        let hex = try #require(InvitationTokenBytes(token.text)).hex
        let content = try await world.access.place.content().joined(separator: "\n").uppercased()
        #expect(!content.contains(token.text.uppercased()) && !content.contains(hex))
        let hash = try token.digest.bytes.map { String(UInt16($0) | 0x100, radix: 16, uppercase: true).dropFirst() }
            .joined()
        #expect(content.split(separator: "\n").contains { $0.hasPrefix("INVITATION_TOKEN: ") && $0.contains(hash) })
        #expect("\(token)" == "(secret)" && String(reflecting: token).count < 30)
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains(token.text) && !dumped.contains("bytes"))
    }
}
