public import Cryptography
internal import Synchronization
public import Time
public import TimeZones
public import Tokens

/// One browser's session. Immutable except for the time of its last use and the user's time zone. A renewal creates another object with an equal
/// key.
public final class Session: Sendable {
    public let key: SessionKey
    /// The session's id in its owner's list. It cannot be used to sign in.
    public let id: String
    public let claims: VerifiedClaims
    /// The provider's own session (`sid`); nil if the token has none.
    public let providerSession: String?
    /// The sealed refresh token; nil if there is none.
    let refreshToken: [UInt8]?
    /// The sealed ID token; nil if there is none.
    let idToken: [UInt8]?
    public let createdAt: Timestamp
    /// The time at which the provider last confirmed the claims.
    public let renewedAt: Timestamp
    /// The number of the session's renewals, plus one.
    public let version: Int
    private let chosenZone: Mutex<ChosenTimeZone?>
    private let lastUse: Atomic<Int64>
    private let lastWrittenUse: Atomic<Int64>

    init(
        key: SessionKey, id: String, claims: VerifiedClaims, providerSession: String?, refreshToken: [UInt8]?,
        idToken: [UInt8]?, createdAt: Timestamp, renewedAt: Timestamp, usedAt: Timestamp, version: Int,
        zone: ChosenTimeZone?
    ) {
        self.key = key
        self.id = id
        self.claims = claims
        self.providerSession = providerSession
        self.refreshToken = refreshToken
        self.idToken = idToken
        self.createdAt = createdAt
        self.renewedAt = renewedAt
        self.version = version
        chosenZone = Mutex(zone)
        lastUse = Atomic(usedAt.seconds)
        lastWrittenUse = Atomic(usedAt.seconds)
    }

    /// The memory used by the session, in bytes.
    var memory: Int { claims.memory + (refreshToken?.count ?? 0) + (idToken?.count ?? 0) + 512 }

    public var usedAt: Timestamp { Timestamp(seconds: lastUse.load(ordering: .relaxed)) }

    /// The time zone that the user chose for the pages; nil if the user chose none, or if the system does not know it.
    public var timeZone: TimeZone? { zone?.zone }

    var zone: ChosenTimeZone? {
        get { chosenZone.withLock { $0 } }
        set { chosenZone.withLock { $0 = newValue } }
    }

    /// True if the provider can renew the claims.
    public var isRenewable: Bool { refreshToken != nil }

    /// Records a use. Returns true if it must be written to the store: once if several uses are concurrent.
    ///
    /// - Parameter interval: the time between two writes, in seconds.
    func use(at now: Timestamp, writtenAfter interval: Int64) -> Bool {
        let seconds = now.seconds
        if lastUse.load(ordering: .relaxed) < seconds { lastUse.store(seconds, ordering: .relaxed) }
        let written = lastWrittenUse.load(ordering: .relaxed)
        guard seconds - written >= interval else { return false }
        return lastWrittenUse.compareExchange(expected: written, desired: seconds, ordering: .relaxed).exchanged
    }
}

/// The lifetimes of sessions and their claims.
public struct SessionLifetimes: Sendable, Hashable {
    public var idle: Duration
    public var absolute: Duration
    /// The interval of renewals at the provider, if there is a refresh token.
    public var revalidate: Duration
    /// The lifetime of claims that cannot be renewed, or that the provider does not confirm although it responds.
    public var claims: Duration

    public init(idle: Duration, absolute: Duration, revalidate: Duration, claims: Duration) {
        self.idle = idle
        self.absolute = absolute
        self.revalidate = revalidate
        self.claims = claims
    }
}

/// The state of a session at one moment.
public enum SessionStanding: Sendable, Hashable {
    case good
    /// The session is too old or was idle for too long. A session dated in the future has ended too, because its age is
    /// unknown.
    case ended
    /// The provider must confirm the session first.
    case renewalDue
    /// The claims cannot be renewed without the user, who must sign in again.
    case claimsTooOld
}

extension Session {
    /// Returns the state of the session at one moment, under the configured lifetimes.
    public func standing(under lifetimes: SessionLifetimes, at now: Timestamp) -> SessionStanding {
        guard createdAt.lasts(lifetimes.absolute, at: now), usedAt.lasts(lifetimes.idle, at: now) else { return .ended }
        if isRenewable {
            return renewedAt.lasts(lifetimes.revalidate, at: now) && !areKeptClaimsTooOld(under: lifetimes, at: now)
                ? .good : .renewalDue
        }
        return areClaimsTooOld(under: lifetimes, at: now) ? .claimsTooOld : .good
    }

    /// Returns true if the claims have expired: their last confirmation is too long ago.
    public func areClaimsTooOld(under lifetimes: SessionLifetimes, at now: Timestamp) -> Bool {
        !renewedAt.lasts(lifetimes.claims, at: now) || areKeptClaimsTooOld(under: lifetimes, at: now)
    }

    /// Returns true if claims kept from an ID token are too old.
    private func areKeptClaimsTooOld(under lifetimes: SessionLifetimes, at now: Timestamp) -> Bool {
        claims.keptSince.map { !$0.lasts(lifetimes.claims, at: now) } ?? false
    }
}
