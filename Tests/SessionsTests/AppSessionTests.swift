import Cryptography
import Databases
import GatehouseTesting
import Identities
import Testing
import Time
import Tokens

@testable import Sessions

@Suite("Sessions at the hosts of applications")
struct AppSessionTests {
    private let world: SessionWorld
    private var apps: AppSessionStore { AppSessionStore(world.store) }
    private let begin: BeginSecret
    private static let host = "reports.example"

    init() throws {
        world = try SessionWorld()
        begin = try BeginSecret.make()
    }

    private func code(for session: Session) async throws -> HandoffCode {
        try #require(try await apps.makeCode(for: session, at: Self.host, begunWith: begin.digest))
    }

    @Test("a code begins one session, for its host and its browser")
    func redeems() async throws {
        let session = try await world.begin()
        let code = try await code(for: session)
        let token = try #require(try await apps.redeem(code, at: Self.host, begunWith: begin.digest))
        let found = try #require(try await apps.session(token.digest, at: Self.host))
        #expect(found.session == session.key && found.host == Self.host)
        #expect(try await apps.session(token.digest, at: "other.example") == nil)
        // Neither secret is stored, and neither is the key of a session of the gateway itself.
        let content = try await world.place.content().joined()
        for secret in [code.text, token.text, begin.text] { #expect(!content.contains(secret)) }
        let other = try #require(SessionToken(token.text))
        #expect(try await world.store.session(other.key) == nil)
    }

    @Test("a code works once, even if it is refused")
    func usedOnce() async throws {
        let session = try await world.begin()
        let first = try await code(for: session)
        _ = try await apps.redeem(first, at: Self.host, begunWith: begin.digest)
        #expect(try await apps.redeem(first, at: Self.host, begunWith: begin.digest) == nil)
        let second = try await code(for: session)
        #expect(try await apps.redeem(second, at: Self.host, begunWith: BeginSecret.make().digest) == nil)
        #expect(try await apps.redeem(second, at: Self.host, begunWith: begin.digest) == nil)
        let third = try await code(for: session)
        #expect(try await apps.redeem(third, at: "other.example", begunWith: begin.digest) == nil)
        #expect(try await apps.redeem(third, at: Self.host, begunWith: begin.digest) == nil)
    }

    @Test("a code expires after a minute, and one from a wrong clock never works")
    func expires() async throws {
        let session = try await world.begin()
        let late = try await code(for: session)
        world.clock.advance(AppSessionStore.codeLifetime)
        #expect(try await apps.redeem(late, at: Self.host, begunWith: begin.digest) == nil)
        world.clock.setCalendar(ahead: .seconds(3600))
        let ahead = try await code(for: session)
        world.clock.setCalendar(ahead: .zero)
        #expect(try await apps.redeem(ahead, at: Self.host, begunWith: begin.digest) == nil)
    }

    @Test("the end of a session ends its sessions at applications, and voids its codes")
    func endsWithParent() async throws {
        let session = try await world.begin()
        let code = try await code(for: session)
        let used = try await self.code(for: session)
        let token = try #require(try await apps.redeem(used, at: Self.host, begunWith: begin.digest))
        try await world.store.end(session.key)
        #expect(try await apps.session(token.digest, at: Self.host) == nil)
        #expect(try await apps.redeem(code, at: Self.host, begunWith: begin.digest) == nil)
        #expect(try await apps.makeCode(for: session, at: Self.host, begunWith: begin.digest) == nil)
        #expect(try await world.place.count("app_session") == 0)
        #expect(try await world.place.count("handoff_code") == 0)
    }

    @Test("a change of an identity's access voids its codes, and no others")
    func voids() async throws {
        let (session, other) = (try await world.begin(), try await world.begin("vic"))
        let (code, kept) = (try await code(for: session), try await code(for: other))
        let identity = session.claims.identity
        _ = try await world.place.database.write { transaction throws(DatabaseError) in
            try AppSessionStore.voidCodes(of: identity, transaction)
        }
        #expect(try await apps.redeem(code, at: Self.host, begunWith: begin.digest) == nil)
        #expect(try await apps.redeem(kept, at: Self.host, begunWith: begin.digest) != nil)
    }

    @Test("a session has one session at each host, and few codes at once")
    func bounded() async throws {
        let session = try await world.begin()
        for _ in 0..<3 {
            let code = try await code(for: session)
            _ = try await apps.redeem(code, at: Self.host, begunWith: begin.digest)
        }
        #expect(try await world.place.count("app_session") == 1)
        for _ in 0..<AppSessionStore.mostCodes + 5 { _ = try await code(for: session) }
        #expect(try await world.place.count("handoff_code") == AppSessionStore.mostCodes)
    }
}
