package import Databases
package import Endpoints
package import Telemetry

extension Log {
    /// Logs a failure of the store, and returns its problem.
    package func problem(_ cause: DatabaseError, requestID: String) -> Problem {
        write(.error, "the store cannot be used", requestID: requestID, fields: [("cause", "\(cause)")])
        return .storeUnavailable
    }

    /// Performs an operation on the store. A failure of the store is logged here, and becomes one problem.
    ///
    /// - Throws: ``Problem/storeUnavailable``.
    package func stored<Value>(
        requestID: String, _ body: () async throws(DatabaseError) -> Value
    ) async throws(Problem) -> Value {
        do throws(DatabaseError) {
            return try await body()
        } catch {
            throw problem(error, requestID: requestID)
        }
    }
}

extension RequestContext {
    /// Performs an operation on the store for this request.
    ///
    /// - Throws: ``Problem/storeUnavailable``; the cause is logged.
    package func stored<Value>(
        _ body: () async throws(DatabaseError) -> Value
    ) async throws(Problem) -> Value {
        try await log.stored(requestID: requestID, body)
    }
}
