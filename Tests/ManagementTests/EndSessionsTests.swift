import Audit
import Databases
import GatehouseTesting
import Grants
import Identities
import Sessions
import Testing
import Tokens

@testable import Management

@Suite("The end of a member's sessions")
struct EndSessionsTests {
    private let world: ManagementWorld

    init() async throws { world = try await ManagementWorld() }

    /// Returns whether ending a user's sessions succeeded; the session has to have ended with it.
    private func end(_ user: ScriptedCredential) async throws -> AccessRefusal? {
        let session = try await world.begin(user.currentClaims)
        let (actions, id) = (try world.actions(), try user.id)
        let error = await error { try await actions.endSessions(of: id) }
        let isLive = try await world.sessions.session(session.key) != nil
        #expect(isLive == !error.isSuccess, "\(user.identity)")
        #expect(world.sessions.cached(session.key) != nil || error.isSuccess)
        return error.refusal
    }

    @Test("sessions end of users with a role by claims or a grant, and of suspended ones")
    func members() async throws {
        let vic = try await world.access.signedIn("vic", groups: ["viewers"])
        let pat = try world.access.user("pat")
        try await world.access.grant(.publisher, to: pat.identity)
        for user in [vic, pat] { #expect(try await end(user) == nil) }
        _ = try await world.actions().suspend(vic.id, isConfirmed: false)
        #expect(try await end(vic) == nil)
    }

    @Test("sessions of users without a role go on")
    func others() async throws {
        let signedIn = try await world.access.signedIn("signed-in")
        let unknown = try world.access.user("unknown", groups: ["managers"])
        let elsewhere = try world.access.user("elsewhere")
        try await world.access.grant(.manager, to: elsewhere.identity, in: AccessWorld.globex)
        for user in [signedIn, unknown, elsewhere] { #expect(try await end(user) == .notFound) }
        #expect(try await world.access.events().isEmpty)
    }

    @Test("names that look alike are different users")
    func octets() async throws {
        let composed = try await world.access.signedIn("jos\u{E9}", groups: ["viewers"])
        let decomposed = try world.access.user("jose\u{301}", groups: ["viewers"])
        let session = try await world.begin(decomposed.currentClaims)
        #expect(try await end(composed) == nil)
        #expect(try await world.sessions.session(session.key) != nil)
    }

    @Test("each organization in which the user has a role records the end")
    func recorded() async throws {
        let both = try await world.access.signedIn("both", groups: ["viewers", "globex-managers"])
        #expect(try await end(both) == nil)
        for organization in [AccessWorld.acme, AccessWorld.globex] {
            let events = try await world.access.place.database.read { transaction throws(DatabaseError) in
                try AuditLog.events(of: organization, AuditLog.Query(), transaction)
            }
            #expect(events.count == 1)
            #expect(String(decoding: events[0].json, as: UTF8.self).contains("\"target\":\"\(try both.id)\""))
        }
    }

    @Test("a user whose claims cannot be opened any more counts by grants alone")
    func unsealed() async throws {
        let vic = try await world.access.signedIn("vic", groups: ["viewers"])
        let pat = try await world.access.signedIn("pat", groups: ["viewers"])
        try await world.access.grant(.viewer, to: pat.identity)
        world.access.reload(try AccessWorld.settings(key: 8))
        #expect(try await end(vic) == .notFound)
        #expect(try await end(pat) == nil)
    }

    @Test("a suspension ends the user's sessions if it is asked to, and records their number")
    func suspended() async throws {
        let both = try await world.access.signedIn("both", groups: ["viewers", "globex-managers"])
        let sessions = [try await world.begin(both.currentClaims), try await world.begin(both.currentClaims)]
        _ = try await world.actions().suspend(both.id, reason: "Words", endsSessions: true, isConfirmed: false)
        for session in sessions {
            #expect(world.sessions.cached(session.key) == nil)
            #expect(try await world.sessions.session(session.key) == nil)
        }
        let events = try await world.access.events()
        #expect(events.map(\.action) == ["suspension_create", "session_end"])
        #expect(events.map { $0.detail("sessions") } == ["2", "2"] && events[0].reason == "Words")
        let others = try await world.access.place.count("audit_event WHERE chain = 'globex' AND action = 'session_end'")
        #expect(others == 1)
    }

    @Test("a suspension by a program leaves sessions alone, and so does that of a user without a role")
    func untouched() async throws {
        let vic = try await world.access.signedIn("vic", groups: ["viewers"])
        let stranger = try await world.access.signedIn("stranger")
        for (user, endsSessions) in [(vic, false), (stranger, true)] {
            let session = try await world.begin(user.currentClaims)
            _ = try await world.actions().suspend(user.id, endsSessions: endsSessions, isConfirmed: false)
            #expect(try await world.sessions.session(session.key) != nil)
        }
    }
}
