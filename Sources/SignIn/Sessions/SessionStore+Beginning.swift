public import Audit
internal import Cryptography
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

/// The reason why a session cannot be stored.
public enum SessionRefusal: Error, Sendable, Hashable {
    /// The provider has just ended its own session.
    case providerSessionEnded
    /// The sealing keys are missing, or sealing failed.
    case notSealed
}

extension SessionStore {
    /// Stores a new session durably.
    ///
    /// - Parameters:
    ///   - old: the browser's previous session, which ends.
    ///   - records: events to append to the audit log in the transaction.
    ///   - alongside: further writes in the transaction.
    public func begin(
        _ new: NewSession, replacing old: SessionKey?, recording records: [AuditRecord] = [],
        alongside: @escaping @Sendable (Transaction) throws(DatabaseError) -> Void = { _ in }
    ) async throws(DatabaseError) -> Result<Session, SessionRefusal> {
        guard let session = try? makeSession(new) else { return .failure(.notSealed) }
        guard let box = try? currentBox(),
            let claims = try? new.claims.sealed(in: box, for: session.key.bytes)
        else { return .failure(.notSealed) }
        let (changedAt, now, moment) = (nowInMilliseconds, session.createdAt.seconds, self.now())
        let cache = cache
        return try await database.decide { transaction throws(DatabaseError) in
            if let providerSession = session.providerSession {
                let ended: Void? = try transaction.first(
                    """
                    SELECT 1 FROM ended_provider_session
                    WHERE issuer = $1 AND provider_session = $2 AND until > $3
                    """, .text(session.claims.identity.issuer.text), .text(providerSession), .integer(now)
                ) { _ in }
                if ended != nil { return .refuse(SessionRefusal.providerSessionEnded) }
            }
            if let old { try SessionStore.end(old, at: changedAt, transaction) }
            try transaction.execute(
                """
                INSERT INTO session (
                    key, id, issuer, subject, provider_subject, provider_session, claims, refresh_token, id_token,
                    created_at, used_at, renewed_at, version, changed_at, ip, user_agent)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10, 1, $11, $12, $13)
                """,
                .blob(session.key.bytes), .text(session.id), .text(session.claims.identity.issuer.text),
                .text(session.claims.identity.subject.text), .text(session.claims.providerSubject ?? ""),
                .text(orNull: session.providerSession), .blob(claims), session.refreshToken.map { .blob($0) } ?? .null,
                session.idToken.map { .blob($0) } ?? .null, .integer(now), .integer(changedAt),
                .text(new.address), .text(String(new.userAgent.unicodeScalars.prefix(200))))
            for record in records { try AuditLog.append(record, at: moment, transaction) }
            try alongside(transaction)
            return .commit(
                session,
                publish: {
                    if let old { cache.remove(old) }
                    cache.insert(session)
                })
        }
    }

    private func makeSession(_ new: NewSession) throws(CryptographyError) -> Session {
        let box = try currentBox()
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
            createdAt: now, renewedAt: now, usedAt: now, version: 1)
    }

    /// Stores a renewal.
    /// - Parameters:
    ///   - newClaims: nil if the provider did not confirm the claims; their age then stays unchanged.
    ///   - refreshToken: the next refresh token; nil if it did not change.
    /// - Returns: nil if the session has ended, or if it cannot be sealed.
    public func renew(
        _ session: Session, with newClaims: VerifiedClaims?, refreshToken: String?
    ) async throws(DatabaseError) -> Session? {
        let claims = newClaims ?? session.claims
        let renewedAt = newClaims == nil ? session.renewedAt : Timestamp(seconds: now().seconds)
        guard let box = try? currentBox(), let sealed = try? claims.sealed(in: box, for: session.key.bytes) else {
            return nil
        }
        let context = SessionStore.context("refresh token", session.key)
        let next = refreshToken.flatMap { try? box.seal(Array($0.utf8), context: context) } ?? session.refreshToken
        let renewed = Session(
            key: session.key, id: session.id, claims: claims, providerSession: session.providerSession,
            refreshToken: next, idToken: session.idToken, createdAt: session.createdAt,
            renewedAt: renewedAt, usedAt: session.usedAt, version: session.version + 1)
        let (changedAt, cache) = (nowInMilliseconds, cache)
        let result: Result<Session, SessionGoneRefusal> = try await database.decide {
            transaction throws(DatabaseError) in
            let count = try transaction.execute(
                """
                UPDATE session SET claims = $2, refresh_token = $3, renewed_at = $4, version = $5, changed_at = $6
                WHERE key = $1 AND ended_at IS NULL
                """, .blob(session.key.bytes), .blob(sealed), next.map { .blob($0) } ?? .null,
                .integer(renewed.renewedAt.seconds), .integer(renewed.version), .integer(changedAt))
            guard count > 0 else { return .refuse(SessionGoneRefusal()) }
            return .commit(renewed, publish: { cache.insert(renewed) })
        }
        return try? result.get()
    }

    private struct SessionGoneRefusal: Error {}
}
