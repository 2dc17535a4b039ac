public import HTTPClient
internal import HTTPMessage
internal import Snapshots
internal import Synchronization
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
/// for 24 hours. An unknown `kid` has them fetched again, at most once in 30 seconds.
public final class RemoteProvider: Sendable {
    /// Between fetches for unknown keys.
    static let unknownKeyPause: Duration = .seconds(30)
    /// Between attempts while nothing can be had.
    static let failurePause: Duration = .seconds(5)
    static let staleness: Duration = .seconds(24 * 3600)
    private static let metadataLifetime: Duration = .seconds(3600)

    private struct State {
        var metadata: ProviderMetadata?
        var metadataFetchedAt: Timestamp?
        var keys: KeySet?
        var keyBytes: [UInt8] = []
        var keysFetchedAt: Timestamp?
        var freshUntil = Timestamp(seconds: 0)
        var attemptedAt: Timestamp?
        var unknownKeyAt: Timestamp?
        var hasFailed = false
        /// Whether it was told that the keys are too old.
        var isExpiryKnown = false
    }

    public let id: ProviderID
    public let issuer: String
    public let policy: OutboundPolicy
    private let http: any OutboundHTTP
    private let now: @Sendable () -> Timestamp
    let report: @Sendable (ProviderEvent) -> Void
    private let news: KeyNews
    private let state = Mutex(State())
    private let flight = SingleFlight<Void>()

    /// - Parameters:
    ///   - news: told when the keys change.
    ///   - now: the wall clock.
    public init(
        id: ProviderID, issuer: String, policy: OutboundPolicy, http: any OutboundHTTP, news: KeyNews,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.issuer = issuer
        self.policy = policy
        self.http = http
        self.news = news
        self.now = now
        self.report = report
    }

    // MARK: What is known

    /// The keys that count now; `nil` where none could be had, or none for too long.
    public var keys: KeySet? {
        let now = now()
        return state.withLock { now < $0.freshUntil + RemoteProvider.staleness ? $0.keys : nil }
    }

    /// When the keys that count now were fetched.
    public var keysFetchedAt: Timestamp? { state.withLock { $0.keysFetchedAt } }

    /// Whether the next token should wait for the keys: there are none, also where the first fetch is under way, or they
    /// are out of date and the provider was not found to be down. Then they serve on, and ``refreshAhead()`` tries again.
    public var needsKeys: Bool {
        let (now, isUnderWay) = (now(), flight.isUnderWay)
        return state.withLock { state in
            guard now >= state.freshUntil else { return false }
            guard state.keys != nil, now < state.freshUntil + RemoteProvider.staleness else {
                return isUnderWay && !state.hasFailed
                    || RemoteProvider.isOver(RemoteProvider.failurePause, since: state.attemptedAt, at: now)
            }
            return !state.hasFailed
        }
    }

    /// Whether a token that names an unknown key should wait for the keys to be fetched anew.
    public var mayHaveNewKeys: Bool {
        let now = now()
        return state.withLock { RemoteProvider.isOver(RemoteProvider.unknownKeyPause, since: $0.unknownKeyAt, at: now) }
    }

    /// A clock that was set back does not stop the fetching.
    private static func isOver(_ pause: Duration, since moment: Timestamp?, at now: Timestamp) -> Bool {
        moment.map { now >= $0 + pause || now < $0 } ?? true
    }

    // MARK: Asking

    /// The metadata, asked for where it is not known yet; `nil` where it cannot be had.
    public func metadata() async -> ProviderMetadata? {
        if let known = state.withLock({ $0.metadata }) { return known }
        await refreshIfNeeded()
        return state.withLock { $0.metadata }
    }

    /// Fetches the keys where ``needsKeys`` says so, or waits for whoever does.
    public func refreshIfNeeded() async {
        if needsKeys || flight.isUnderWay { await fetch() }
    }

    /// Fetches the keys because a token names one that is not among them; at most once in 30 seconds.
    public func refreshForUnknownKey() async {
        let now = now()
        let isDue = state.withLock { state in
            guard RemoteProvider.isOver(RemoteProvider.unknownKeyPause, since: state.unknownKeyAt, at: now) else {
                return false
            }
            state.unknownKeyAt = now
            return true
        }
        if isDue || flight.isUnderWay { await fetch() }
    }

    /// Fetches ahead of time, so that no request has to wait: when four fifths of the keys' time are over, and every
    /// half minute while the provider is down.
    public func refreshAhead() async {
        let now = now()
        let (isDue, areTooOld) = state.withLock { state in
            let areTooOld =
                state.keys != nil && !state.isExpiryKnown && now >= state.freshUntil + RemoteProvider.staleness
            if areTooOld { state.isExpiryKnown = true }
            return (RemoteProvider.isDue(state, at: now), areTooOld)
        }
        if areTooOld { news.changed() }
        if isDue { await fetch() }
    }

    private static func isDue(_ state: State, at now: Timestamp) -> Bool {
        guard isOver(unknownKeyPause, since: state.attemptedAt, at: now) else { return false }
        guard let fetchedAt = state.keysFetchedAt else { return true }
        return now >= fetchedAt + state.freshUntil.since(fetchedAt) * 4 / 5
    }

    private func fetch() async {
        await flight.run { await self.fetchOnce() }
    }

    private func fetchOnce() async {
        let now = now()
        state.withLock { $0.attemptedAt = now }
        do throws(FetchFailure) {
            let metadata = try await currentMetadata(at: now)
            let response = try await get(metadata.keysURL)
            let set: KeySet
            do {
                set = try KeySet(response.body)
            } catch {
                throw FetchFailure("the key set cannot be read: \(error)")
            }
            guard !set.keys.isEmpty else { throw FetchFailure("the key set has no usable key") }
            let isNew = state.withLock { state in
                state.keysFetchedAt = now
                state.freshUntil = now + CacheLifetime.of(response.fields)
                state.hasFailed = false
                let wereTooOld = state.isExpiryKnown
                state.isExpiryKnown = false
                guard state.keyBytes != response.body || state.keys == nil || wereTooOld else { return false }
                state.keys = set
                state.keyBytes = response.body
                return true
            }
            if isNew { news.changed() }
            report(.keysFetched(id))
        } catch {
            let isStale = state.withLock { state in
                state.hasFailed = true
                return state.keys != nil
            }
            report(.fetchFailed(id, detail: error.detail, isServingStale: isStale))
        }
    }

    /// The document of an hour ago serves while a newer one cannot be had.
    private func currentMetadata(at now: Timestamp) async throws(FetchFailure) -> ProviderMetadata {
        let (known, fetchedAt) = state.withLock { ($0.metadata, $0.metadataFetchedAt) }
        if let known, let fetchedAt, now < fetchedAt + RemoteProvider.metadataLifetime { return known }
        do throws(FetchFailure) {
            guard let url = ProviderMetadata.documentURL(issuer: issuer) else {
                throw FetchFailure("the issuer is not a URL")
            }
            let body = try await get(url).body
            let metadata: ProviderMetadata
            do throws(UnusableMetadata) {
                metadata = try ProviderMetadata(body, issuer: issuer, policy: policy)
            } catch {
                throw FetchFailure(error.description)
            }
            state.withLock { state in
                state.metadata = metadata
                state.metadataFetchedAt = now
            }
            return metadata
        } catch {
            guard let known else { throw error }
            return known
        }
    }

    private func get(_ url: AbsoluteURL) async throws(FetchFailure) -> OutboundResponse {
        let fields = Fields([(.accept, "application/json")])
        let response: OutboundResponse
        do throws(OutboundFault) {
            response = try await http.send(OutboundRequest(.get, url, fields: fields, policy: policy))
        } catch {
            throw FetchFailure("\(url.host)\(url.path): \(error)")
        }
        guard response.status == .ok else {
            throw FetchFailure("\(url.host)\(url.path) answered \(response.status.code)")
        }
        return response
    }
}

private struct FetchFailure: Error {
    let detail: String

    init(_ detail: String) {
        self.detail = detail
    }
}

/// Counts the changes of providers' keys, so that whoever keeps verifiers notices with one atomic load.
public final class KeyNews: Sendable {
    private let count = Atomic<UInt64>(1)

    public init() {}

    public var version: UInt64 { count.load(ordering: .acquiring) }

    func changed() { count.add(1, ordering: .releasing) }
}
