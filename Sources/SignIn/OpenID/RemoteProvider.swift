public import HTTPClient
public import Snapshots
internal import Synchronization
public import Threads
public import Time
public import Tokens

/// What happened between the gateway and a provider, for logs and figures.
public enum ProviderEvent: Sendable {
    case keysFetched(ProviderID)
    /// `detail` names causes, never a secret. `isServingStale`: the last good keys serve on.
    case fetchFailed(ProviderID, detail: String, isServingStale: Bool)
    /// Userinfo was needed and could not be obtained: claims of this subject are unknown.
    case userinfoFailed(ProviderID, subject: String, detail: String)
}

/// A provider that is asked over the network: its discovery document and its keys, fetched once at a time and kept.
///
/// Keys are kept as long as the provider's `Cache-Control` says; while it cannot be reached the last good ones serve on
/// for 24 hours. A token that none of them verifies has them fetched again, within a budget (``KeyAsker``). Ages are
/// measured by a clock that only goes forward: a calendar that was wrong and is corrected makes no key live longer.
public final class RemoteProvider: Sendable {
    /// How long a request waits for a fetch. A request that waits would be refused otherwise.
    static let patience: Duration = .seconds(5)
    /// Between fetches ahead of time.
    private static let aheadPause: Duration = .seconds(30)
    /// Between attempts while nothing can be had.
    private static let failurePause: Duration = .seconds(5)
    static let metadataLifetime: Duration = .seconds(3600)
    private static let mostWaiting = 2048
    /// Of one address, so that it does not take all places.
    private static let mostWaitingPerAsker = 512

    struct State {
        var metadata: ProviderMetadata?
        var metadataFetchedAt: MonotonicTime?
        var keys: KnownKeys?
        /// Changes with the keys that count.
        var version: UInt64 = 1
        var attemptedAt: MonotonicTime?
        var hasFailed = false
        /// Whether it was told that the keys are too old.
        var isExpiryKnown = false
        var budget = KeyFetchBudget()
        var waiting: [KeyAsker: Int] = [:]
    }

    public let id: ProviderID
    public let issuer: String
    public let policy: OutboundPolicy
    let http: any OutboundHTTP
    let monotonic: @Sendable () -> MonotonicTime
    let report: @Sendable (ProviderEvent) -> Void
    let news: KeyNews
    let state = Mutex(State())
    private let flight: SingleFlight

    /// - Parameter news: told when the keys change.
    public init(
        id: ProviderID, issuer: String, policy: OutboundPolicy, http: any OutboundHTTP, news: KeyNews,
        clocks: Clocks = .system, report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.issuer = issuer
        self.policy = policy
        self.http = http
        self.news = news
        self.report = report
        monotonic = clocks.monotonic
        flight = SingleFlight(
            youth: RemoteProvider.patience, mostWaiting: RemoteProvider.mostWaiting, clocks: clocks)
    }

    // MARK: What is known

    /// The keys that count now; `nil` where none could be had, or none for too long.
    public var keys: KeySet? { reading.keys }

    /// The same, with what tells whether they are others than before.
    public var reading: KeyReading {
        let now = monotonic()
        return state.withLock { state in
            KeyReading(keys: state.keys.flatMap { $0.count(at: now) ? $0.set : nil }, version: state.version)
        }
    }

    /// When the keys that count now were fetched.
    public var keysFetchedAt: MonotonicTime? { state.withLock { $0.keys?.fetchedAt } }

    /// Whether the next token should wait for the keys: there are none, also where the first fetch is under way, or they
    /// are out of date and the provider was not found to be down. Then they serve on, and ``refreshAhead()`` tries again.
    public var needsKeys: Bool {
        let (now, isUnderWay) = (monotonic(), flight.isUnderWay)
        return state.withLock { RemoteProvider.needsKeys($0, isUnderWay: isUnderWay, at: now) }
    }

    private static func needsKeys(_ state: State, isUnderWay: Bool, at now: MonotonicTime) -> Bool {
        if let keys = state.keys, keys.count(at: now) { return !keys.areFresh(at: now) && !state.hasFailed }
        return isUnderWay && !state.hasFailed || mayTry(state, at: now)
    }

    /// Whether the last attempt did not fail a moment ago.
    private static func mayTry(_ state: State, at now: MonotonicTime) -> Bool {
        state.attemptedAt?.isOver(failurePause, at: now) ?? true
    }

    // MARK: Asking

    /// The metadata, asked for where it is not known yet; `nil` where it cannot be had.
    public func metadata(_ patience: SingleFlight.Patience = .whole) async -> ProviderMetadata? {
        if let known = state.withLock({ $0.metadata }) { return known }
        if needsKeys { begin() }
        await flight.join(patience)
        return state.withLock { $0.metadata }
    }

    /// Fetches the keys where ``needsKeys`` says so, or waits for the fetch that is under way then.
    public func refreshIfNeeded(_ patience: SingleFlight.Patience = .whole) async {
        guard needsKeys else { return }
        begin()
        await flight.join(patience)
    }

    /// Fetches ahead of time, so that no request has to wait: when four fifths of the keys' time are over, and every
    /// half minute while the provider is down.
    public func refreshAhead() async {
        let now = monotonic()
        let isDue = state.withLock { state in
            if let keys = state.keys, !state.isExpiryKnown, !keys.count(at: now) {
                state.isExpiryKnown = true
                state.version += 1
                news.changed()
            }
            guard state.attemptedAt?.isOver(RemoteProvider.aheadPause, at: now) ?? true else { return false }
            return state.keys?.areAging(at: now) ?? true
        }
        guard isDue else { return }
        begin()
        await flight.join(.whole)
    }

    private func begin() {
        flight.begin { await self.fetch() }
    }

    // MARK: Tokens that no known key verifies

    /// Whether it is of use to wait before a token is refused that the keys of a reading do not verify: there are other
    /// keys by now, they are being fetched, or this token may cause a fetch.
    public func canLearnKeys(for asker: KeyAsker, beyond version: UInt64) -> Bool {
        let (now, isUnderWay, isYoung) = (monotonic(), flight.isUnderWay, flight.isYoung)
        return state.withLock { state in
            if state.version != version { return true }
            guard state.waiting[asker, default: 0] < RemoteProvider.mostWaitingPerAsker else { return false }
            if isUnderWay { return isYoung }
            return RemoteProvider.needsKeys(state, isUnderWay: false, at: now)
                || state.budget.allows(asker, at: now) && (!state.hasFailed || RemoteProvider.mayTry(state, at: now))
        }
    }

    /// Waits for keys beyond those of a reading, as ``canLearnKeys(for:beyond:)`` says; has them fetched where the
    /// budget allows it. A fetch that is under way is joined, so that a change of keys refuses no good token.
    public func learnKeys(
        for asker: KeyAsker, beyond version: UInt64, _ patience: SingleFlight.Patience = .brief
    ) async {
        let mayWait = state.withLock { state in
            guard state.version == version, state.waiting[asker, default: 0] < RemoteProvider.mostWaitingPerAsker
            else { return false }
            state.waiting[asker, default: 0] += 1
            return true
        }
        guard mayWait else { return }
        let now = monotonic()
        flight.begin(
            where: {
                state.withLock { state in
                    // Another fetch may have ended just now.
                    guard state.version == version else { return false }
                    return RemoteProvider.needsKeys(state, isUnderWay: false, at: now)
                        || (!state.hasFailed || RemoteProvider.mayTry(state, at: now))
                            && state.budget.take(asker, at: now)
                }
            }, { await self.fetch() })
        await flight.join(patience)
        state.withLock { state in
            let rest = state.waiting[asker, default: 1] - 1
            state.waiting[asker] = rest > 0 ? rest : nil
        }
    }
}
