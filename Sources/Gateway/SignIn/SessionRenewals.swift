internal import JSON
internal import OpenID
internal import Sessions
internal import Snapshots
internal import Synchronization
internal import Telemetry
internal import Time
internal import Tokens

/// Asks providers about sessions, once at a time for each, and remembers where that did not work.
final class SessionRenewals: Sendable {
    /// What to do with a session whose renewal is due.
    enum Advice {
        case renew
        /// The provider cannot answer; the claims last until the session's end.
        case useAsIs
        /// The provider answers and does not renew; the claims are too old by now.
        case signInAgain
    }

    private struct Entry {
        let flight: SingleFlight<Void>
        var isOutage = false
        var triedAt: Timestamp?
    }

    /// Between two attempts while they fail.
    static let pause: Duration = .seconds(30)

    private let sessions: SessionStore
    private let log: Log
    private let now: @Sendable () -> Timestamp
    private let entries = Mutex<[SessionKey: Entry]>([:])

    init(_ sessions: SessionStore, log: Log, now: @escaping @Sendable () -> Timestamp) {
        self.sessions = sessions
        self.log = log
        self.now = now
    }

    func advice(for session: Session, under lifetimes: SessionLifetimes, at now: Timestamp) -> Advice {
        guard let entry = entries.withLock({ $0[session.key] }), let triedAt = entry.triedAt else { return .renew }
        // While one tries again, the others need not wait for what failed just before.
        guard now < triedAt + SessionRenewals.pause && now >= triedAt || entry.flight.isUnderWay else { return .renew }
        return entry.isOutage || !session.areClaimsTooOld(under: lifetimes, at: now) ? .useAsIs : .signInAgain
    }

    /// Renews the session or ends it, or notes why neither was possible. Whoever looks for it afterwards sees which.
    func renew(
        _ session: Session, at party: RelyingParty, lacksClaims: @escaping @Sendable (JSONValue) -> Bool
    ) async {
        let flight = entries.withLock { entries in
            if let entry = entries[session.key] { return entry.flight }
            let entry = Entry(flight: SingleFlight())
            entries[session.key] = entry
            return entry.flight
        }
        await flight.run { await self.renewOnce(session, at: party, lacksClaims: lacksClaims) }
    }

    private func renewOnce(
        _ session: Session, at party: RelyingParty, lacksClaims: @Sendable (JSONValue) -> Bool
    ) async {
        // Whoever waited behind the flight before brings a session that is renewed by now.
        guard sessions.cached(session.key).map({ $0 === session }) ?? true else { return }
        guard let refreshToken = sessions.refreshToken(of: session) else {
            return note(session, isOutage: false, "the refresh token does not open")
        }
        switch await party.renew(session.claims, refreshToken: refreshToken, lacksClaims: lacksClaims) {
        case .renewed(let claims, let next):
            do {
                if try await sessions.renew(session, with: claims, refreshToken: next) == nil {
                    // It ended while the provider was asked.
                    sessions.endInBackground(session.key)
                }
                entries.withLock { $0[session.key] = nil }
            } catch {
                note(session, isOutage: true, "the store cannot be reached")
            }
        case .ended(let detail):
            sessions.endInBackground(session.key)
            entries.withLock { $0[session.key] = nil }
            log.write(.info, "a session ended at its provider", fields: fields(session, detail))
        case .outage(let detail): note(session, isOutage: true, detail)
        case .notRenewed(let detail): note(session, isOutage: false, detail)
        }
    }

    private func note(_ session: Session, isOutage: Bool, _ detail: String) {
        let now = now()
        entries.withLock { entries in
            // Sessions that ended meanwhile leave entries behind.
            if entries.count > 10_000 {
                entries = entries.filter {
                    $0.value.flight.isUnderWay || $0.value.triedAt.map { now < $0 + SessionRenewals.pause } ?? false
                }
            }
            entries[session.key]?.isOutage = isOutage
            entries[session.key]?.triedAt = now
        }
        log.write(.warning, "a session could not be renewed", fields: fields(session, detail))
    }

    private func fields(_ session: Session, _ detail: String) -> [(String, String)] {
        [("provider", session.claims.provider.text), ("subject", session.claims.identity.subject), ("detail", detail)]
    }
}
