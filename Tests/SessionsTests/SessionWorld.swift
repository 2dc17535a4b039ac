import Audit
import Cryptography
import Databases
import GatehouseTesting
import Identities
import Synchronization
import Time
import TimeZones
import Tokens

@testable import Sessions

/// A session store with a manual clock, and sign-ins for it.
final class SessionWorld: Sendable {
    static let lifetimes = SessionLifetimes(
        idle: .seconds(3600), absolute: .seconds(8 * 3600), revalidate: .seconds(900), claims: .seconds(4 * 3600))

    let clock = ManualClock()
    let place: TemporaryStore
    let box: SealedBox
    let store: SessionStore
    private let mint: TokenMint

    init(capacity: Int = 1 << 10) throws {
        mint = try TokenMint()
        box = try AccessWorld.box(7)
        place = try TemporaryStore(SessionWorld.schemas)
        store = SessionWorld.store(in: place.database, box, clock, capacity: capacity)
    }

    static let schemas = [SessionStore.schema, AuditLog.schema, DeniedSignInStore.schema]

    private static func store(
        in database: Database, _ box: SealedBox?, _ clock: ManualClock, capacity: Int = 1 << 10,
        timeZones: TimeZoneDatabase = TimeZoneDatabase()
    ) -> SessionStore {
        SessionStore(
            database: database, sealingWith: box, capacity: capacity, timeZones: timeZones, now: { clock.now })
    }

    /// The store as another process has it: with an empty cache.
    func otherProcess(_ box: SealedBox? = nil, timeZones: TimeZoneDatabase = TimeZoneDatabase()) -> SessionStore {
        SessionWorld.store(in: place.database, box ?? self.box, clock, timeZones: timeZones)
    }

    func claims(of subject: String = "carla", session: String? = nil, issuer: String? = nil) throws -> VerifiedClaims {
        var changes: [String: String?] = ["sub": "\"\(subject)\""]
        if let session { changes["sid"] = "\"\(session)\"" }
        if let issuer { changes["iss"] = "\"\(issuer)\"" }
        return try mint.verified(changes)
    }

    func identity(_ subject: String = "carla") -> Identity {
        Identity(issuer: TokenMint.issuer, subject: Subject(subject))
    }

    func new(
        _ subject: String = "carla", session: String? = nil, issuer: String? = nil, refresh: String? = "refresh",
        agent: String = "browser"
    ) throws -> NewSession {
        NewSession(
            token: try SessionToken.make(), claims: try claims(of: subject, session: session, issuer: issuer),
            refreshToken: refresh, idToken: "id token of \(subject)", address: "192.0.2.1", userAgent: agent)
    }

    @discardableResult
    func begin(
        _ subject: String = "carla", session: String? = nil, issuer: String? = nil, refresh: String? = "refresh",
        agent: String = "browser", replacing old: SessionKey? = nil
    ) async throws -> Session {
        try await store.begin(
            new(subject, session: session, issuer: issuer, refresh: refresh, agent: agent), replacing: old
        ).get()
    }

    /// The provider's notice that sessions ended.
    func notice(
        subject: String? = nil, session: String? = nil, id: String = "n",
        issuer: String? = nil
    ) throws -> LogoutNotice {
        var changes: [String: String?] = [
            "sub": subject.map { "\"\($0)\"" }, "sid": session.map { "\"\($0)\"" }, "jti": "\"\(id)\"",
            "iat": "\(clock.now.seconds)", "exp": "\(clock.now.seconds + 60)",
            "events": "{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        ]
        if let issuer { changes["iss"] = "\"\(issuer)\"" }
        let provider = try self.mint.provider(issuer: issuer.map { Issuer($0) } ?? TokenMint.issuer)
        return try LogoutTokenVerifier(provider, clientID: "api")
            .verify(self.mint.token(TokenMint.claims(changes)), at: clock.now)
    }

    /// Returns when the writes that were queued in the background are done.
    func settle() async throws {
        var before: [String] = []
        // Each slice queues the next one, so that work is over when two transactions in a row see no change.
        repeat {
            before = try await place.content()
            try await place.execute("DELETE FROM used_once WHERE id = 'none'")
            try await place.execute("DELETE FROM used_once WHERE id = 'none'")
        } while try await place.content() != before
    }
}
