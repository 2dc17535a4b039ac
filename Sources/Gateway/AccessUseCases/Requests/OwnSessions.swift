internal import Audit
internal import Databases
package import Endpoints
internal import Grants
internal import Identities
internal import Policy
internal import RuntimeConfiguration
package import Sessions
package import Time
package import TimeZones
internal import Tokens

/// The sessions of a caller's own identity, shared by the account page and the API.
package struct OwnSessions: Sendable {
    private let store: SessionStore
    private let database: Database
    private let clock: @Sendable () -> Timestamp

    package init(_ stores: Stores) {
        (store, database, clock) = (stores.sessions, stores.database, stores.now)
    }

    package var now: Timestamp { clock() }

    /// The active sessions, newest first.
    package func list(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> [SessionSummary] {
        try await context.stored { () throws(DatabaseError) in
            try await store.sessions(of: caller.claims.identity, under: context.configuration.sessionLifetimes)
        }
    }

    /// The name of the time zone that the caller chose for the pages; nil if the caller chose none.
    package func timeZone(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> String? {
        try await context.stored { () throws(DatabaseError) in
            try await store.timeZone(of: caller.claims.identity)
        }
    }

    /// The names of all time zones that may be chosen.
    package var timeZones: TimeZoneDatabase { store.timeZones }

    /// Stores the caller's choice of a time zone; nil removes it. Returns false if the system has no zone of this name.
    package func setTimeZone(
        _ name: String?, _ context: RequestContext, _ caller: Caller
    ) async throws(Problem) -> Bool {
        let (state, claims, origin) = (context.state, caller.claims, context.origin)
        return try await context.stored { () throws(DatabaseError) in
            let records = try await database.compute {
                state.auditRecords(
                    .timeZoneChange, of: claims, from: origin, target: (try? IdentityID(claims.identity))?.text)
            }
            switch try await store.setTimeZone(name, of: claims.identity, recording: records) {
            case .success: return true
            case .failure: return false
            }
        }
    }

    /// Ends all sessions of the caller but the one of the request, which has this id.
    package func endOthers(than id: String, _ context: RequestContext, _ caller: Caller) async throws(Problem) {
        let (state, claims, origin) = (context.state, caller.claims, context.origin)
        try await context.stored { () throws(DatabaseError) in
            let records = try await database.compute {
                let person = claims.audited(under: state.rules)
                let records = state.auditRecords(.sessionEnd, of: claims, from: origin)
                guard let identity = try? IdentityID(claims.identity) else { return records }
                return records.map { $0.about(person, identity) }
            }
            try await store.endOthers(than: id, of: claims.identity, recording: records)
        }
    }

    /// Ends a session. Returns false if the caller has no session of this id.
    package func end(_ id: String, _ context: RequestContext, _ caller: Caller) async throws(Problem) -> Bool {
        let (state, claims, origin) = (context.state, caller.claims, context.origin)
        return try await context.stored { () throws(DatabaseError) in
            // All organizations that list the provider are evaluated: too long for a reactor.
            let records = try await database.compute {
                state.auditRecords(.sessionEnd, of: claims, from: origin, target: id)
            }
            return try await store.end(id: id, of: caller.claims.identity, recording: records)
        }
    }
}
