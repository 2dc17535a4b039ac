public import Cryptography
public import Databases
internal import Identities
internal import JSON
internal import Time
public import Tokens

/// A completed sign-in, from which a session is created.
public struct NewSession: Sendable {
    public let token: SessionToken
    public let claims: VerifiedClaims
    public let refreshToken: String?
    public let idToken: String?
    /// The browser's address, for the owner's list of sessions.
    public let address: String
    public let userAgent: String

    public init(
        token: SessionToken, claims: VerifiedClaims, refreshToken: String?, idToken: String?, address: String,
        userAgent: String
    ) {
        self.token = token
        self.claims = claims
        self.refreshToken = refreshToken
        self.idToken = idToken
        self.address = address
        self.userAgent = userAgent
    }
}

/// The refusal of a session whose session at the provider has just ended.
public struct ProviderSessionEndedRefusal: Error, Sendable {}

/// The reason why a session cannot be stored.
public enum SessionRefusal: Error, Sendable, Hashable {
    /// The provider has just ended its own session.
    case providerSessionEnded
    /// The sealing keys are missing, or sealing failed.
    case notSealed
}

/// A session that is sealed, and not stored yet.
public struct PreparedSession: Sendable {
    public let session: Session
    fileprivate let keys: SealingKeys
    fileprivate let sealedClaims: [UInt8]
    fileprivate let address: String
    fileprivate let userAgent: String
    /// The browser's previous session, which ends.
    fileprivate let old: SessionKey?
}

extension SessionStore {
    /// Stores a new session in a transaction of its own.
    ///
    /// - Parameter old: the browser's previous session, which ends.
    public func begin(
        _ new: NewSession, replacing old: SessionKey?
    ) async throws(DatabaseError) -> Result<Session, SessionRefusal> {
        let prepared: PreparedSession
        do throws(SessionRefusal) {
            prepared = try prepare(new, replacing: old)
        } catch {
            return .failure(error)
        }
        let result: Result<Session, ProviderSessionEndedRefusal> = try await database.decide {
            [self] transaction throws(DatabaseError) in
            if let refusal = try insert(prepared, transaction) { return .refuse(refusal) }
            return .commit(prepared.session, publish: { self.publish(prepared) })
        }
        return result.mapError { _ in .providerSessionEnded }
    }

    /// Seals a new session outside of the writer's transaction.
    ///
    /// The caller stores it with ``insert(_:_:)`` in its transaction, and calls ``publish(_:)`` after COMMIT.
    ///
    /// - Parameter old: the browser's previous session, which ends.
    /// - Throws: `notSealed`.
    public func prepare(
        _ new: NewSession, replacing old: SessionKey?
    ) throws(SessionRefusal) -> PreparedSession {
        guard let keys = currentKeys(), let session = try? makeSession(new, keys.box),
            let claims = try? new.claims.sealed(in: keys.box, for: session.key.bytes)
        else { throw .notSealed }
        return PreparedSession(
            session: session, keys: keys, sealedClaims: claims, address: new.address,
            userAgent: String(new.userAgent.unicodeScalars.prefix(200)), old: old)
    }

    /// Stores a prepared session, and ends the one that it replaces. Returns a refusal if the provider's session has
    /// ended; the caller must then roll its transaction back.
    public func insert(
        _ prepared: PreparedSession, _ transaction: Transaction
    ) throws(DatabaseError) -> ProviderSessionEndedRefusal? {
        let (session, now) = (prepared.session, prepared.session.createdAt.seconds)
        if let providerSession = session.providerSession {
            let ended: Void? = try transaction.first(
                """
                SELECT 1 FROM ended_provider_session
                WHERE issuer = $1 AND provider_session = $2 AND until > $3
                """, .text(session.claims.identity.issuer.text), .text(providerSession), .integer(now)
            ) { _ in }
            if ended != nil { return ProviderSessionEndedRefusal() }
        }
        if let old = prepared.old { try SessionStore.end(old, at: self.now(), transaction) }
        try transaction.execute(
            """
            INSERT INTO session (
                key, id, issuer, subject, provider_subject, provider_session, claims, refresh_token, id_token,
                created_at, used_at, renewed_at, version, changed_at, ip, user_agent)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10, 1, 0, $11, $12)
            """,
            .blob(session.key.bytes), .text(session.id), .text(session.claims.identity.issuer.text),
            .text(session.claims.identity.subject.text), .text(session.claims.providerSubject?.text ?? ""),
            .text(orNull: session.providerSession), .blob(prepared.sealedClaims),
            session.refreshToken.map { .blob($0) } ?? .null, session.idToken.map { .blob($0) } ?? .null,
            .integer(now), .text(prepared.address), .text(prepared.userAgent))
        session.zone = try zone(of: session.claims.identity, seenAt: now, transaction)
        return nil
    }

    /// Puts a stored session into the cache, in place of the one that it replaces. Called after COMMIT, on the writer's
    /// thread. If the sealing keys were replaced since ``prepare(_:replacing:)``, the session is only in the store.
    public func publish(_ prepared: PreparedSession) {
        if let old = prepared.old { cache.remove(old) }
        keep(prepared.session, sealedWith: prepared.keys)
    }

    private func makeSession(_ new: NewSession, _ box: SealedBox) throws(CryptographyError) -> Session {
        let key = try new.token.key
        func seal(_ text: String?, _ name: String) throws(CryptographyError) -> [UInt8]? {
            guard let text else { return nil }
            return try box.seal(Array(text.utf8), context: SessionStore.context(name, key))
        }
        let now = Timestamp(seconds: now().seconds)
        return Session(
            key: key, id: Base64URL.encode(try RandomBytes.make(12)), claims: new.claims,
            providerSession: new.claims.providerSession,
            refreshToken: try seal(new.refreshToken, "refresh token"), idToken: try seal(new.idToken, "id token"),
            createdAt: now, renewedAt: now, usedAt: now, version: 1, zone: nil)
    }

    /// Stores a renewal.
    /// - Parameters:
    ///   - newClaims: nil if the provider did not confirm the claims; their age then stays unchanged.
    ///   - refreshToken: the next refresh token; nil if it did not change.
    /// - Returns: nil if the session has ended or was renewed since it was read, or if it cannot be sealed, which ends it.
    public func renew(
        _ session: Session, with newClaims: VerifiedClaims?, refreshToken: String?
    ) async throws(DatabaseError) -> Session? {
        let claims = newClaims ?? session.claims
        let renewedAt = newClaims == nil ? session.renewedAt : Timestamp(seconds: now().seconds)
        guard let keys = currentKeys(), let sealed = try? claims.sealed(in: keys.box, for: session.key.bytes) else {
            endInBackground(session.key)
            return nil
        }
        let context = SessionStore.context("refresh token", session.key)
        let next = refreshToken.flatMap { try? keys.box.seal(Array($0.utf8), context: context) } ?? session.refreshToken
        let renewed = Session(
            key: session.key, id: session.id, claims: claims, providerSession: session.providerSession,
            refreshToken: next, idToken: session.idToken, createdAt: session.createdAt,
            renewedAt: renewedAt, usedAt: session.usedAt, version: session.version + 1,
            zone: session.zone)
        let result: Result<Session, SessionGoneRefusal> = try await database.decide {
            [self] transaction throws(DatabaseError) in
            let count = try transaction.execute(
                """
                UPDATE session SET claims = $2, refresh_token = $3, renewed_at = $4, version = $5
                WHERE key = $1 AND version = $6 AND ended_at IS NULL
                """, .blob(session.key.bytes), .blob(sealed), next.map { .blob($0) } ?? .null,
                .integer(renewed.renewedAt.seconds), .integer(renewed.version), .integer(session.version))
            guard count > 0 else { return .refuse(SessionGoneRefusal()) }
            transaction.note(StoreChange(session.key))
            renewed.zone = try zone(of: session.claims.identity, transaction)
            return .commit(renewed, publish: { self.keep(renewed, sealedWith: keys) })
        }
        guard case .success(let session) = result else {
            cache.remove(renewed.key)
            return nil
        }
        return session
    }

    private struct SessionGoneRefusal: Error {}
}
