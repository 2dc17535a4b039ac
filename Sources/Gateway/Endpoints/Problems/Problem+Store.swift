package import Databases
package import Telemetry

extension Problem {
    /// The store did not answer. The cause belongs in the log and not in the response.
    package static let storeUnavailable = Problem(
        .unavailable, detail: "The store cannot be reached. Try again in a moment.")
}

extension Log {
    /// Performs an operation on the store. A failure of the store is logged here, and becomes one problem.
    ///
    /// - Throws: ``Problem/storeUnavailable``.
    package func stored<Value>(
        requestID: String, _ body: () async throws(DatabaseError) -> Value
    ) async throws(Problem) -> Value {
        do throws(DatabaseError) {
            return try await body()
        } catch {
            write(.error, "the store cannot be used", requestID: requestID, fields: [("cause", "\(error)")])
            throw Problem.storeUnavailable
        }
    }
}
