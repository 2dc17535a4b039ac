internal import Cryptography
internal import Databases
internal import Time
internal import TimeZones
internal import Tokens

/// A stored session, still sealed.
struct SessionRow: Sendable {
    let id: String
    let claims: [UInt8]
    let refreshToken: [UInt8]?
    let idToken: [UInt8]?
    let providerSession: String?
    let createdAt: Int
    let usedAt: Int
    let renewedAt: Int
    let version: Int
    let zone: ChosenTimeZone?

    /// - Parameter timeZones: may read a file.
    static func find(
        _ key: SessionKey, _ timeZones: TimeZoneDatabase, _ transaction: Transaction
    ) throws(DatabaseError) -> SessionRow? {
        try transaction.first(
            """
            SELECT id, claims, refresh_token, id_token, provider_session, created_at, used_at, renewed_at, version,
                time_zone
            FROM session LEFT JOIN user_setting USING (issuer, subject) WHERE key = $1 AND ended_at IS NULL
            """, .blob(key.bytes)
        ) { row throws(DatabaseError) in
            SessionRow(
                id: row.text(0), claims: row.blob(1), refreshToken: row.optionalBlob(2),
                idToken: row.optionalBlob(3), providerSession: row.optionalText(4), createdAt: row.integer(5),
                usedAt: row.integer(6), renewedAt: row.integer(7), version: row.integer(8),
                zone: row.optionalText(9).map { ChosenTimeZone($0, timeZones) })
        }
    }

    /// Opens the session. Returns nil if its claims were sealed with a removed key, or for another session.
    func session(_ key: SessionKey, _ box: SealedBox) -> Session? {
        // The version must leave room for the next renewal.
        guard version > 0, version < .max, let claims = try? VerifiedClaims(opening: claims, with: box, for: key.bytes)
        else { return nil }
        return Session(
            key: key, id: id, claims: claims, providerSession: providerSession, refreshToken: refreshToken,
            idToken: idToken, createdAt: Timestamp(seconds: Int64(createdAt)),
            renewedAt: Timestamp(seconds: Int64(renewedAt)), usedAt: Timestamp(seconds: Int64(usedAt)),
            version: version, zone: zone)
    }
}
