public import HTTPClient
public import Snapshots
internal import Synchronization
public import Threads
public import Time
public import Tokens

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
        /// Why the last attempt brought no metadata.
        var metadataFault: ProviderFault?
        var keys: KnownKeys?
        /// Changes with the keys that count.
        var version: UInt64 = 1
        var attemptedAt: MonotonicTime?
        var hasFailed = false
        /// Whether it was told that the keys are too old.
        var isExpiryKnown = false
        /// Why the last attempt brought no keys.
        var keysFault: ProviderFault?
        var budget = KeyFetchBudget()
        var waiting: [KeyAsker: Int] = [:]
    }

    public let id: ProviderID
    public let address: ProviderAddress
    let http: any OutboundHTTP
    let monotonic: @Sendable () -> MonotonicTime
    private let report: @Sendable (ProviderEvent) -> Void
    let news: KeyNews
    let state = Mutex(State())
    private let flight: SingleFlight

    /// - Parameter news: told when the keys change.
    public init(
        id: ProviderID, address: ProviderAddress, http: any OutboundHTTP, news: KeyNews, clocks: Clocks = .system,
        report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.address = address
        self.http = http
        self.news = news
        self.report = report
        monotonic = clocks.monotonic
        flight = SingleFlight(
            youth: RemoteProvider.patience, mostWaiting: RemoteProvider.mostWaiting, clocks: clocks)
    }

    /// Whether it is asked in this way, so that what it keeps is of use.
    public func isAsked(at other: ProviderAddress) -> Bool { address == other }

    func report(_ kind: ProviderEvent.Kind, for requestID: String?) {
        report(ProviderEvent(kind: kind, provider: id.text, requestID: requestID))
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

    /// Why the last attempt to fetch the keys failed, for the log; nil if it did not.
    public var keysFault: String? { state.withLock { $0.keysFault?.detail } }

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

    /// The metadata, asked for where it is not known yet.
    ///
    /// - Parameter requestID: of the request that needs it, for the log.
    /// - Throws: why it cannot be had.
    public func metadata(
        _ patience: SingleFlight.Patience = .whole, for requestID: String? = nil
    ) async throws(ProviderFault) -> ProviderMetadata {
        guard address.needsDocument else { return ProviderMetadata(address.endpoints) }
        let now = monotonic()
        // One that lacks something may have been mended meanwhile.
        let isEnough = state.withLock { state in
            state.metadata.map { !$0.lacksEndpoints(of: address) || !RemoteProvider.mayTry(state, at: now) } ?? false
        }
        if isEnough, let known = state.withLock({ $0.metadata }) { return known }
        if state.withLock({ RemoteProvider.mayTry($0, at: now) }) { begin(for: requestID) }
        await flight.join(patience)
        let (metadata, fault) = state.withLock { ($0.metadata, $0.metadataFault) }
        guard let metadata else {
            throw fault ?? ProviderFault(isOutage: true, "the discovery document has not come yet")
        }
        return metadata
    }

    /// Fetches the keys where ``needsKeys`` says so, or waits for the fetch that is under way then.
    ///
    /// - Parameter requestID: of the request that needs them, for the log.
    public func refreshIfNeeded(_ patience: SingleFlight.Patience = .whole, for requestID: String? = nil) async {
        guard needsKeys else { return }
        begin(for: requestID)
        await flight.join(patience)
    }

    /// Fetches ahead of time, so that no request has to wait: when four fifths of the time of what is kept are over, and
    /// every half minute while the provider is down.
    public func refreshAhead() async {
        let now = monotonic()
        let isDue = state.withLock { state in
            if let keys = state.keys, !state.isExpiryKnown, !keys.count(at: now) {
                state.isExpiryKnown = true
                state.version += 1
                news.changed()
            }
            guard state.attemptedAt?.isOver(RemoteProvider.aheadPause, at: now) ?? true else { return false }
            if address.needsDocument, state.metadata == nil { return true }
            guard address.hasFixedKeys else { return state.keys?.areAging(at: now) ?? true }
            let aging = RemoteProvider.metadataLifetime * 4 / 5
            return address.needsDocument && state.metadataFetchedAt?.isOver(aging, at: now) ?? true
        }
        guard isDue else { return }
        begin(for: nil)
        await flight.join(.whole)
    }

    private func begin(for requestID: String?) {
        flight.begin { await self.fetch(for: requestID) }
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
    ///
    /// - Parameter requestID: of the request that brought the token, for the log.
    public func learnKeys(
        for asker: KeyAsker, beyond version: UInt64, _ patience: SingleFlight.Patience = .brief,
        requestID: String? = nil
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
            }, { await self.fetch(for: requestID) })
        await flight.join(patience)
        state.withLock { state in
            let rest = state.waiting[asker, default: 1] - 1
            state.waiting[asker] = rest > 0 ? rest : nil
        }
    }
}
