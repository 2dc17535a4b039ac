internal import Audit
internal import Databases
internal import Dispatch
internal import Identities
package import OpenID
package import Policy
package import Sessions
package import Snapshots
internal import Synchronization
package import Telemetry
package import Threads
package import Time
internal import Tokens

/// Renews sessions at their providers, in the background and one attempt at a time per session, also if several processes
/// share the store.
///
/// A request waits for a renewal for two seconds at most, and not at all while the provider is known to be down. The
/// renewal continues without the request, and its result is stored: it may hold the only refresh token that still
/// works.
package final class SessionRenewals: Sendable {
    /// The advice for a request whose session is due for renewal.
    package enum Advice {
        /// Wait for this, then check the session again.
        case wait(@Sendable () async -> Void)
        /// The provider is down, or has not responded yet; the last verified claims are used.
        case useAsIs
        /// The provider responds without renewing, and the claims are now too old.
        case signInAgain
    }

    private enum Reason {
        case outage
        case notRenewed
    }

    private struct Entry {
        let flight: SingleFlight
        var failure: Reason?
        var failedAt: MonotonicTime?
    }

    private struct State {
        var entries: [SessionKey: Entry] = [:]
        /// The number of entries at which expired entries are removed.
        var pruneAt = 10_000
        var queues: [ProviderID: RenewalQueue] = [:]
        var underWay = 0
        var isStopping = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []
    }

    /// The time that a request waits, and after which a silent provider counts as down.
    static let patience: Duration = .seconds(2)
    /// The time between two attempts while they fail.
    static let pause: Duration = .seconds(30)
    private static let mostEntries = 50_000
    /// The limit for all providers, including renewals that wait for a place.
    private static let mostUnderWay = 2048
    private static let mostWaiting = 256
    /// The number of attempts to store a result, a second apart, while the store fails.
    private static let writes = 30

    private let sessions: SessionStore
    private let snapshots: Published<AccessSnapshot>
    private let log: Log
    private let clocks: Clocks
    private let places = RenewalPlaces(256)
    private let state = Mutex(State())

    /// - Parameter snapshots: the stored rules, whose claims a renewal needs too.
    package init(_ sessions: SessionStore, snapshots: Published<AccessSnapshot>, log: Log, clocks: Clocks) {
        self.sessions = sessions
        self.snapshots = snapshots
        self.log = log
        self.clocks = clocks
    }

    /// Begins the renewal of a session that is due, unless the last attempt was a moment ago.
    ///
    /// - Parameters:
    ///   - now: the calendar time, which decides whether claims are too old.
    ///   - rules: the rules whose claims are renewed, with the stored rules at the time of the renewal.
    package func beginRenewal(
        of session: Session, at party: RelyingParty, under lifetimes: SessionLifetimes, at now: Timestamp,
        rules: AccessRules
    ) -> Advice {
        let moment = clocks.monotonic()
        return state.withLock { state in
            let entry = state.entries[session.key]
            let meanwhile: Advice =
                entry?.failure == .notRenewed && session.areClaimsTooOld(under: lifetimes, at: now)
                ? .signInAgain : .useAsIs
            let queue = queue(of: party.id, &state)
            if let flight = entry?.flight, flight.isUnderWay {
                return flight.isYoung && !queue.isProviderOut ? .wait { await flight.join(.brief) } : meanwhile
            }
            if let failedAt = entry?.failedAt, !failedAt.isOver(SessionRenewals.pause, at: moment) { return meanwhile }
            guard !state.isStopping, !queue.isFull, state.underWay < SessionRenewals.mostUnderWay,
                state.entries.count < SessionRenewals.mostEntries
            else { return meanwhile }
            let isProviderOut = queue.isProviderOut
            let flight =
                entry?.flight
                ?? SingleFlight(
                    youth: SessionRenewals.patience, mostWaiting: SessionRenewals.mostWaiting, clocks: clocks)
            if entry == nil { state.entries[session.key] = Entry(flight: flight) }
            state.underWay += 1
            flight.begin { [self] in
                let isDone = await queue.run { await renew(session, at: party, rules: rules) }
                attemptEnded(session.key, isDone: isDone)
            }
            return isProviderOut ? meanwhile : .wait { await flight.join(.brief) }
        }
    }

    private func queue(of provider: ProviderID, _ state: inout State) -> RenewalQueue {
        if let known = state.queues[provider] { return known }
        let queue = RenewalQueue(places, patience: SessionRenewals.patience, monotonic: clocks.monotonic)
        state.queues[provider] = queue
        return queue
    }

    // MARK: One renewal

    /// - Returns: true if the provider responded; nil if no request was sent.
    private func renew(
        _ session: Session, at party: RelyingParty, rules: AccessRules
    ) async -> Bool? {
        let current: Session?
        do throws(DatabaseError) {
            current = try await sessions.session(session.key)
        } catch {
            note(session, .outage, "the store cannot be reached", party.requestID)
            return nil
        }
        // The session ended or was renewed in the meantime: the old refresh token may not work any more.
        guard let current, current.version == session.version else {
            forget(session.key)
            return nil
        }
        guard let refreshToken = sessions.refreshToken(of: current) else {
            note(session, .notRenewed, "the refresh token does not open", party.requestID)
            return nil
        }
        // From before the claim, so that this process does not hold it for longer than the store says.
        let end = clocks.monotonic() + SessionStore.renewalTime
        do throws(DatabaseError) {
            guard try await sessions.claimRenewal(of: current) else {
                return await awaitOtherProcess(current, party.requestID)
            }
        } catch {
            note(session, .outage, "the store cannot be reached", party.requestID)
            return nil
        }
        let isDone = await renew(current, by: refreshToken, at: party, rules: rules, before: end)
        await sessions.releaseRenewal(of: current)
        return isDone
    }

    /// - Parameter claimEnd: the end of the claim.
    /// - Returns: true if the provider responded.
    private func renew(
        _ current: Session, by refreshToken: String, at party: RelyingParty, rules: AccessRules,
        before claimEnd: MonotonicTime
    ) async -> Bool {
        let state = AccessState(rules: rules, snapshot: snapshots.read().value)
        let (outcome, next) = await party.renew(
            current.claims, refreshToken: refreshToken, needing: state.neededClaims(of: party.id))
        switch outcome {
        case .renewed(let claims):
            if await keep(claims, next, of: current, before: claimEnd, party.requestID) { forget(current.key) }
        case .ended(let detail): await end(current, detail, party.requestID)
        case .notRenewed(let detail):
            if let next { _ = await keep(nil, next, of: current, before: claimEnd, party.requestID) }
            note(current, .notRenewed, detail, party.requestID)
        case .outage(let detail):
            if let next { _ = await keep(nil, next, of: current, before: claimEnd, party.requestID) }
            note(current, .outage, detail, party.requestID)
            return false
        }
        return true
    }

    /// Waits until the process that renews the session is done, but not longer than requests wait. If that process has
    /// died, its claim ends after a while, and another attempt begins then.
    private func awaitOtherProcess(_ session: Session, _ requestID: String?) async -> Bool? {
        for _ in 0..<8 {
            if (try? await sessions.isOutdated(session)) == true {
                forget(session.key)
                return nil
            }
            await clocks.sleep(.milliseconds(250))
        }
        note(session, .outage, "another process is renewing it", requestID)
        return nil
    }

    /// - Returns: false if the store failed for too long.
    private func keep(
        _ claims: VerifiedClaims?, _ refreshToken: String?, of session: Session, before end: MonotonicTime,
        _ requestID: String?
    ) async -> Bool {
        for _ in 0..<SessionRenewals.writes where clocks.monotonic() < end {
            do throws(DatabaseError) {
                _ = try await sessions.renew(session, with: claims, refreshToken: refreshToken)
                return true
            } catch {
                await clocks.sleep(.seconds(1))
            }
        }
        note(session, .outage, "the store cannot be reached", requestID)
        return false
    }

    private func end(_ session: Session, _ detail: String, _ requestID: String?) async {
        let claims = session.claims
        var record = AuditRecord(.sessionEnd, by: .system, target: session.id, reason: "provider_refused")
        if let id = try? IdentityID(claims.identity) {
            record = record.about(AuditPerson(claims.identity, email: claims.payload.shownEmail), id)
        }
        defer { forget(session.key) }
        do throws(DatabaseError) {
            guard try await sessions.endUnlessRenewed(session, recording: [record]) else { return }
        } catch {
            // If the store still has the session, the provider refuses it again.
            sessions.removeFromMemory(session)
        }
        log.write(
            .info, "a session ended at its provider", requestID: requestID, fields: fields(session, detail))
    }

    // MARK: Results

    private func forget(_ key: SessionKey) {
        state.withLock { $0.entries[key] = nil }
    }

    /// - Parameter requestID: the id of the request that began the renewal.
    private func note(_ session: Session, _ failure: Reason, _ detail: String, _ requestID: String?) {
        let now = clocks.monotonic()
        state.withLock { state in
            state.entries[session.key]?.failure = failure
            state.entries[session.key]?.failedAt = now
            guard state.entries.count >= state.pruneAt else { return }
            // Sessions that ended in the meantime leave entries behind.
            state.entries = state.entries.filter { _, entry in
                entry.flight.isUnderWay || entry.failedAt.map { !$0.isOver(SessionRenewals.pause, at: now) } ?? false
            }
            state.pruneAt = max(10_000, state.entries.count * 2)
        }
        log.write(
            .warning, "a session could not be renewed", requestID: requestID, fields: fields(session, detail))
    }

    private func attemptEnded(_ key: SessionKey, isDone: Bool) {
        let idle = state.withLock { state in
            state.underWay -= 1
            if !isDone, state.entries[key]?.failedAt == nil { state.entries[key] = nil }
            guard state.underWay == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        for continuation in idle { continuation.resume() }
    }

    private func fields(_ session: Session, _ detail: String) -> [(String, String)] {
        [
            ("provider", session.claims.provider.text), ("subject", session.claims.identity.subject.text),
            ("detail", detail),
        ]
    }

    // MARK: Ending

    /// Returns once no renewal is in progress.
    package func settled() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.underWay > 0 { state.whenIdle.append(continuation) }
                return state.underWay == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Begins no more renewals, and waits for the results of requests already sent; for a thread that may wait.
    package func finishBlocking(within limit: Duration) {
        let queues = state.withLock { state in
            state.isStopping = true
            return state.queues.values
        }
        for queue in queues { queue.close() }
        let isDone = DispatchSemaphore(value: 0)
        Task.inBackground { [self] in
            await settled()
            isDone.signal()
        }
        _ = isDone.wait(timeout: .now() + .milliseconds(Int(max(0, limit.clampedNanoseconds) / 1_000_000)))
    }
}
