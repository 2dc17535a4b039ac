internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Synchronization
internal import Time
internal import Tokens

extension OutboundLimits {
    /// Limits for documents that sign-ins and tokens wait for. A provider that accepts a request but does not respond
    /// must not delay a sign-in for long.
    static var lookUp: OutboundLimits {
        var limits = OutboundLimits()
        limits.head = .seconds(5)
        limits.whole = .seconds(10)
        return limits
    }
}

extension RemoteProvider {
    /// Fetches the keys once. The discovery document is fetched too if it is needed and is unknown or an hour old.
    ///
    /// - Parameter requestID: the id of the request that caused the fetch, for the log.
    func fetch(for requestID: String?) async {
        let now = monotonic()
        state.withLock { $0.attemptedAt = now }
        let document: Result<ProviderMetadata, ProviderError>
        do throws(ProviderError) {
            document = .success(try await currentMetadata(at: now, for: requestID))
        } catch {
            document = .failure(error)
            state.withLock { $0.metadataError = error }
        }
        guard !address.hasFixedKeys else {
            state.withLock { state in
                if case .success = document { state.hasFailed = false } else { state.hasFailed = true }
            }
            if case .failure(let fault) = document {
                report(.documentFailed(detail: fault.detail, isServingStale: false), for: requestID)
            }
            return
        }
        do throws(ProviderError) {
            let url: AbsoluteURL
            if let named = address.endpoints.keys { url = named } else { url = try document.get().required(.keys) }
            let response = try await get(url, accepting: "application/jwk-set+json, application/json")
            let set = try keySet(response)
            keep(set, response, at: now)
            report(.keysFetched(leftOut: RemoteProvider.shown(set.issues)), for: requestID)
        } catch {
            let isStale = state.withLock { state in
                (state.hasFailed, state.keysError) = (true, error)
                return state.keys != nil
            }
            report(.keysFailed(detail: error.detail, isServingStale: isStale), for: requestID)
        }
    }

    private func keySet(_ response: OutboundResponse) throws(ProviderError) -> KeySet {
        if let coding = response.coding {
            throw ProviderError(isOutage: false, "the key set is coded with \(coding), which was not requested")
        }
        let set: KeySet
        do throws(KeySet.ReadingError) {
            set = try KeySet(response.body)
        } catch {
            throw ProviderError(isOutage: false, "the key set cannot be read: \(error.description)")
        }
        guard set.keys.isEmpty else { return set }
        let issues = RemoteProvider.shown(set.issues)
        throw ProviderError(
            isOutage: false,
            "the key set has no usable key" + (issues.isEmpty ? "" : ": \(issues.joined(separator: "; "))"))
    }

    /// Returns the first issues, for the log.
    private static func shown(_ issues: [KeySet.Issue]) -> [String] {
        let most = 8
        return issues.prefix(most).map(\.description)
            + (issues.count > most ? ["and \(issues.count - most) more"] : [])
    }

    private func keep(_ set: KeySet, _ response: OutboundResponse, at now: MonotonicTime) {
        let lifetime = CacheLifetime.of(response.fields)
        state.withLock { state in
            let isSame = state.keys.map { $0.bytes == response.body } ?? false
            // Unchanged keys keep their identity, so that verifiers stay valid.
            state.keys = KnownKeys(
                set: isSame ? state.keys?.set ?? set : set, bytes: response.body, fetchedAt: now, lifetime: lifetime)
            (state.hasFailed, state.keysError) = (false, nil)
            let wereTooOld = state.isExpiryKnown
            state.isExpiryKnown = false
            guard !isSame || wereTooOld else { return }
            state.version += 1
            // The change is published inside the lock, so that a reader of the new version sees the new count too.
            keySetVersion.increment()
        }
    }

    /// Returns the metadata. The previous document stays in use while no newer one can be fetched.
    private func currentMetadata(
        at now: MonotonicTime, for requestID: String?
    ) async throws(ProviderError) -> ProviderMetadata {
        guard address.needsDocument else { return ProviderMetadata(address.endpoints) }
        let (known, fetchedAt) = state.withLock { ($0.metadata, $0.metadataFetchedAt) }
        if let known, let fetchedAt, !fetchedAt.isOver(RemoteProvider.metadataLifetime, at: now),
            !known.lacksEndpoints(of: address)
        {
            return known
        }
        do throws(ProviderError) {
            let metadata = try await fetchedMetadata()
            state.withLock { state in
                (state.metadata, state.metadataFetchedAt, state.metadataError) = (metadata, now, nil)
            }
            if metadata != known { reportUnusable(metadata, for: requestID) }
            return metadata
        } catch {
            guard let known else { throw error }
            report(.documentFailed(detail: error.detail, isServingStale: true), for: requestID)
            return known
        }
    }

    private func fetchedMetadata() async throws(ProviderError) -> ProviderMetadata {
        guard let url = address.documentURL else { throw ProviderError(isOutage: false, "the issuer is not a URL") }
        let response = try await get(url, accepting: "application/json")
        do throws(ProviderError) {
            return try ProviderMetadata(try response.object().root, of: address)
        } catch {
            throw ProviderError(isOutage: error.isOutage, "\(url.host)\(url.path): \(error.detail)")
        }
    }

    /// Reports unusable endpoints. Endpoints that are not used for this provider are ignored.
    private func reportUnusable(_ metadata: ProviderMetadata, for requestID: String?) {
        let used = address.signsIn ? ProviderMetadata.Endpoint.allCases : [.keys]
        let leftOut = used.compactMap { endpoint in
            metadata.unusable[endpoint].map { "\"\(endpoint.rawValue)\": \($0.why)" }
        }
        if !leftOut.isEmpty { report(.endpointsLeftOut(leftOut), for: requestID) }
    }

    private func get(_ url: AbsoluteURL, accepting types: String) async throws(ProviderError) -> OutboundResponse {
        var request = OutboundRequest(.get, url, fields: Fields([(.accept, types)]), policy: address.policy)
        request.limits = .lookUp
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await http.send(request)
        } catch {
            throw ProviderError(error, from: url)
        }
        guard response.status == .ok else {
            throw ProviderError(
                isOutage: response.isOutage, "\(url.host)\(url.path) returned \(response.outcome)")
        }
        return response
    }
}
