public import HTTPClient
public import Identities
public import Snapshots
internal import Synchronization
public import Threads
public import Time
public import Tokens

/// A provider on the network: its discovery document and its keys, fetched by one request at a time and cached.
///
/// Keys are cached for the lifetime that the provider's `Cache-Control` allows. While the provider cannot be reached,
/// the last valid keys stay in use for another 24 hours. A token that none of these keys verifies causes another fetch,
/// within a budget (``KeyAsker``). Ages are measured by a monotonic clock, so that a corrected calendar clock does not
/// extend the life of a key.
public final class RemoteProvider: Sendable {
    /// The maximum time that a request waits for a fetch before it is refused.
    static let patience: Duration = .seconds(5)
    /// The pause between background fetches.
    private static let aheadPause: Duration = .seconds(30)
    /// The pause between attempts while fetches fail.
    private static let failurePause: Duration = .seconds(5)
    static let metadataLifetime: Duration = .seconds(3600)
    private static let mostWaiting = 2048
    /// The maximum number of waiting requests per client address, so that one address does not take all places.
    private static let mostWaitingPerAsker = 512

    struct State {
        var metadata: ProviderMetadata?
        var metadataFetchedAt: MonotonicTime?
        /// The fault of the last attempt to fetch the metadata.
        var metadataError: ProviderError?
        var keys: KnownKeys?
        /// A number that changes with the valid keys.
        var version: UInt64 = 1
        var attemptedAt: MonotonicTime?
        var hasFailed = false
        /// True if the expiry of the keys was already reported.
        var isExpiryKnown = false
        /// The fault of the last attempt to fetch the keys.
        var keysError: ProviderError?
        var budget = KeyFetchBudget()
        var waiting: [KeyAsker: Int] = [:]
    }

    public let id: ProviderID
    public let address: ProviderAddress
    let http: any OutboundHTTP
    let monotonic: @Sendable () -> MonotonicTime
    private let report: @Sendable (ProviderEvent) -> Void
    let keySetVersion: KeySetVersion
    let state = Mutex(State())
    private let flight: SingleFlight

    /// - Parameter keySetVersion: the counter that is incremented if the keys change.
    public init(
        id: ProviderID, address: ProviderAddress, http: any OutboundHTTP, keySetVersion: KeySetVersion,
        clocks: Clocks = .system,
        report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.address = address
        self.http = http
        self.keySetVersion = keySetVersion
        self.report = report
        monotonic = clocks.monotonic
        flight = SingleFlight(
            youth: RemoteProvider.patience, mostWaiting: RemoteProvider.mostWaiting, clocks: clocks)
    }

    /// Returns true if the other address is equal, so that the cached data can be reused.
    public func isAsked(at other: ProviderAddress) -> Bool { address == other }

    func report(_ kind: ProviderEvent.Kind, for requestID: String?) {
        report(ProviderEvent(kind: kind, provider: id, requestID: requestID))
    }

    // MARK: Cached data

    /// The valid keys; nil if no keys were fetched, or if they are too old.
    public var keys: KeySet? { reading.keys }

    /// The valid keys, with a version that changes if the keys change.
    public var reading: KeyReading {
        let now = monotonic()
        return state.withLock { state in
            KeyReading(keys: state.keys.flatMap { $0.count(at: now) ? $0.set : nil }, version: state.version)
        }
    }

    /// The cause of the last failure to fetch the keys, for the log. Nil if the last fetch succeeded.
    public var keysError: String? { state.withLock { $0.keysError?.detail } }

    /// The time at which the current keys were fetched; nil if no keys were fetched.
    public var keysFetchedAt: MonotonicTime? { state.withLock { $0.keys?.fetchedAt } }

    /// True if the next token should wait for the keys. This is so if there are no keys, even during the first fetch.
    /// It is also so if the keys are out of date and the last fetch did not fail. After a failure, the keys stay in
    /// use, and ``refreshAhead()`` retries.
    public var needsKeys: Bool {
        let (now, isUnderWay) = (monotonic(), flight.isUnderWay)
        return state.withLock { RemoteProvider.needsKeys($0, isUnderWay: isUnderWay, at: now) }
    }

    private static func needsKeys(_ state: State, isUnderWay: Bool, at now: MonotonicTime) -> Bool {
        if let keys = state.keys, keys.count(at: now) { return !keys.areFresh(at: now) && !state.hasFailed }
        return isUnderWay && !state.hasFailed || mayTry(state, at: now)
    }

    /// Returns true if enough time has passed since the last attempt.
    private static func mayTry(_ state: State, at now: MonotonicTime) -> Bool {
        state.attemptedAt?.isOver(failurePause, at: now) ?? true
    }

    // MARK: Fetching

    /// Returns the metadata, and fetches it if it is unknown.
    ///
    /// - Parameter requestID: the id of the request that needs the metadata, for the log.
    /// - Throws: the reason why the metadata cannot be fetched.
    public func metadata(
        _ patience: SingleFlight.Patience = .whole, for requestID: String? = nil
    ) async throws(ProviderError) -> ProviderMetadata {
        guard address.needsDocument else { return ProviderMetadata(address.endpoints) }
        let now = monotonic()
        // Metadata that lacked an endpoint may have been corrected in the meantime.
        let isEnough = state.withLock { state in
            state.metadata.map { !$0.lacksEndpoints(of: address) || !RemoteProvider.mayTry(state, at: now) } ?? false
        }
        if isEnough, let known = state.withLock({ $0.metadata }) { return known }
        if state.withLock({ RemoteProvider.mayTry($0, at: now) }) { begin(for: requestID) }
        await flight.join(patience)
        let (metadata, fault) = state.withLock { ($0.metadata, $0.metadataError) }
        guard let metadata else {
            throw fault ?? ProviderError(isOutage: true, "the discovery document has not been received yet")
        }
        return metadata
    }

    /// Fetches the keys if ``needsKeys`` is true, or joins the current fetch.
    ///
    /// - Parameter requestID: the id of the request that needs the keys, for the log.
    public func refreshIfNeeded(_ patience: SingleFlight.Patience = .whole, for requestID: String? = nil) async {
        guard needsKeys else { return }
        begin(for: requestID)
        await flight.join(patience)
    }

    /// Fetches in the background, so that no request has to wait. It fetches after four fifths of the lifetime of the
    /// cached data, and every 30 seconds while the provider is down.
    public func refreshAhead() async {
        guard isRefreshDue() else { return }
        begin(for: nil)
        await flight.join(.whole)
    }

    /// Returns true if ``refreshAhead()`` would fetch now, and reports keys that have expired. Most providers of a large
    /// configuration need no fetch, and then no task.
    public func isRefreshDue() -> Bool {
        let now = monotonic()
        return state.withLock { state in
            if let keys = state.keys, !state.isExpiryKnown, !keys.count(at: now) {
                state.isExpiryKnown = true
                state.version += 1
                keySetVersion.increment()
            }
            guard state.attemptedAt?.isOver(RemoteProvider.aheadPause, at: now) ?? true else { return false }
            if address.needsDocument, state.metadata == nil { return true }
            guard address.hasFixedKeys else { return state.keys?.areAging(at: now) ?? true }
            let aging = RemoteProvider.metadataLifetime * 4 / 5
            return address.needsDocument && state.metadataFetchedAt?.isOver(aging, at: now) ?? true
        }
    }

    private func begin(for requestID: String?) {
        flight.begin { await self.fetch(for: requestID) }
    }

    // MARK: Tokens that no known key verifies

    /// Returns true if a token should wait for new keys before it is refused. The keys have changed since the reading,
    /// they are being fetched, or this token may cause a fetch.
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

    /// Waits for keys newer than those of a reading, under the conditions of ``canLearnKeys(for:beyond:)``. Fetches
    /// them if the budget allows, or joins the current fetch, so that no valid token is refused during a change of
    /// keys.
    ///
    /// - Parameter requestID: the id of the request that carried the token, for the log.
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
                    // Another fetch may have ended in the meantime.
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
