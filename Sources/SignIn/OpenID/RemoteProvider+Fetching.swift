internal import HTTPClient
internal import HTTPMessage
internal import Synchronization
internal import Time
internal import Tokens

extension OutboundLimits {
    /// For documents that sign-ins and tokens wait for: a provider that takes a request and is silent holds no sign-in
    /// for long.
    static var lookUp: OutboundLimits {
        var limits = OutboundLimits()
        limits.head = .seconds(5)
        limits.whole = .seconds(10)
        return limits
    }
}

extension RemoteProvider {
    /// One fetch of the keys, and of the discovery document where that is not known or an hour old.
    func fetch() async {
        let now = monotonic()
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
            keep(set, response, at: now)
            report(.keysFetched(id))
        } catch {
            let isStale = state.withLock { state in
                state.hasFailed = true
                return state.keys != nil
            }
            report(.fetchFailed(id, detail: error.detail, isServingStale: isStale))
        }
    }

    private func keep(_ set: KeySet, _ response: OutboundResponse, at now: MonotonicTime) {
        let lifetime = CacheLifetime.of(response.fields)
        state.withLock { state in
            let isSame = state.keys.map { $0.bytes == response.body } ?? false
            // What verifiers hold stays as it is where nothing changed.
            state.keys = KnownKeys(
                set: isSame ? state.keys?.set ?? set : set, bytes: response.body, fetchedAt: now, lifetime: lifetime)
            state.hasFailed = false
            let wereTooOld = state.isExpiryKnown
            state.isExpiryKnown = false
            guard !isSame || wereTooOld else { return }
            state.version += 1
            // Inside the lock: a reader that sees the new version finds the news too.
            news.changed()
        }
    }

    /// The document of an hour ago serves while a newer one cannot be had.
    private func currentMetadata(at now: MonotonicTime) async throws(FetchFailure) -> ProviderMetadata {
        let (known, fetchedAt) = state.withLock { ($0.metadata, $0.metadataFetchedAt) }
        if let known, let fetchedAt, !fetchedAt.isOver(RemoteProvider.metadataLifetime, at: now) { return known }
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
        var request = OutboundRequest(.get, url, fields: fields, policy: policy)
        request.limits = .lookUp
        let response: OutboundResponse
        do throws(OutboundFault) {
            response = try await http.send(request)
        } catch {
            throw FetchFailure("\(url.host)\(url.path): \(error)")
        }
        guard response.status == .ok else {
            throw FetchFailure("\(url.host)\(url.path) answered \(response.status.code)")
        }
        return response
    }
}

/// Why keys could not be fetched, for the log.
private struct FetchFailure: Error {
    let detail: String

    init(_ detail: String) {
        self.detail = detail
    }
}
