internal import Audit
internal import Databases
package import Endpoints
internal import Grants
internal import RuntimeConfiguration
package import Sessions
internal import Tokens

/// The sessions of a caller's own identity, shared by the account page and the API.
package struct OwnSessions: Sendable {
    private let store: SessionStore
    private let database: Database

    package init(_ stores: Stores) {
        (store, database) = (stores.sessions, stores.database)
    }

    /// The active sessions, newest first.
    package func list(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> [SessionSummary] {
        try await context.stored { () throws(DatabaseError) in
            try await store.sessions(of: caller.claims.identity, under: context.configuration.sessionLifetimes)
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
