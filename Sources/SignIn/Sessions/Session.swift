internal import Synchronization
public import Time
public import Tokens

/// One browser's sign-in. Immutable but for the time of its last use; a renewal makes another with the same key.
public final class Session: Sendable {
    public let key: SessionKey
    /// Names the session to its owner; of no use to sign in.
    public let id: String
    public let claims: VerifiedClaims
    /// The provider's own session (`sid`), where it names one.
    public let providerSession: String?
    /// Sealed.
    let refreshToken: [UInt8]?
    /// Sealed.
    let idToken: [UInt8]?
    public let createdAt: Timestamp
    /// When the provider last vouched for the claims.
    public let renewedAt: Timestamp
    /// Counts the renewals.
    public let version: Int
    private let lastUse: Atomic<Int64>
    private let lastWrittenUse: Atomic<Int64>

    init(
        key: SessionKey, id: String, claims: VerifiedClaims, providerSession: String?, refreshToken: [UInt8]?,
        idToken: [UInt8]?, createdAt: Timestamp, renewedAt: Timestamp, usedAt: Timestamp, version: Int
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
        lastUse = Atomic(usedAt.seconds)
        lastWrittenUse = Atomic(usedAt.seconds)
    }

    /// What the session takes in memory, in bytes.
    var memory: Int { claims.memory + (refreshToken?.count ?? 0) + (idToken?.count ?? 0) + 512 }

    public var usedAt: Timestamp { Timestamp(seconds: lastUse.load(ordering: .relaxed)) }

    /// Whether the provider can be asked about the claims.
    public var isRenewable: Bool { refreshToken != nil }

    /// Notes a use; answers whether it is to be written: at most once a minute, by one of those who use it at once.
    func use(at now: Timestamp) -> Bool {
        let seconds = now.seconds
        if lastUse.load(ordering: .relaxed) < seconds { lastUse.store(seconds, ordering: .relaxed) }
        let written = lastWrittenUse.load(ordering: .relaxed)
        guard seconds - written >= 60 else { return false }
        return lastWrittenUse.compareExchange(expected: written, desired: seconds, ordering: .relaxed).exchanged
    }
}

/// How long sessions and their claims last.
public struct SessionLifetimes: Sendable, Hashable {
    public var idle: Duration
    public var absolute: Duration
    /// How often the provider is asked, where there is a refresh token.
    public var revalidate: Duration
    /// How long claims count that the provider does not renew although it answers, or cannot be asked about.
    public var claims: Duration

    public init(idle: Duration, absolute: Duration, revalidate: Duration, claims: Duration) {
        self.idle = idle
        self.absolute = absolute
        self.revalidate = revalidate
        self.claims = claims
    }
}

/// What may be done with a session at a moment.
public enum SessionStanding: Sendable, Hashable {
    case good
    /// Idle for too long, or too old; or dated to a time that is still to come, which says nothing about its age.
    case ended
    /// The provider has to be asked first.
    case renewalDue
    /// Nobody can vouch for the claims without the person; they sign in again.
    case claimsTooOld
}

extension Session {
    public func standing(under lifetimes: SessionLifetimes, at now: Timestamp) -> SessionStanding {
        guard createdAt.lasts(lifetimes.absolute, at: now), usedAt.lasts(lifetimes.idle, at: now) else { return .ended }
        if isRenewable {
            return renewedAt.lasts(lifetimes.revalidate, at: now) && !areKeptClaimsTooOld(under: lifetimes, at: now)
                ? .good : .renewalDue
        }
        return areClaimsTooOld(under: lifetimes, at: now) ? .claimsTooOld : .good
    }

    /// Whether claims count no more: no source vouched for them for too long.
    public func areClaimsTooOld(under lifetimes: SessionLifetimes, at now: Timestamp) -> Bool {
        !renewedAt.lasts(lifetimes.claims, at: now) || areKeptClaimsTooOld(under: lifetimes, at: now)
    }

    /// Whether claims are kept from an ID token that is too old by now.
    private func areKeptClaimsTooOld(under lifetimes: SessionLifetimes, at now: Timestamp) -> Bool {
        claims.keptSince.map { !$0.lasts(lifetimes.claims, at: now) } ?? false
    }
}
