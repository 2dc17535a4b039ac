package import Endpoints
package import Telemetry
package import WorkspaceMetrics

/// The metrics backend with its replies. The organization comes from the permit alone.
package struct MetricsReplies: Sendable {
    package let backend: MetricsBackend
    let log: Log

    package init(backend: MetricsBackend, log: Log) {
        self.backend = backend
        self.log = log
    }

    /// Makes a reply with its content off the reactor.
    package func long(_ make: @escaping @Sendable () throws(MetricsError) -> Reply) async -> Reply {
        do throws(MetricsError) {
            let result = try await backend.compute { Result { () throws(MetricsError) in try make().made } }
            return try result.get()
        } catch {
            return .problem(problem(error, requestID: nil))
        }
    }

    package func reply(_ representation: Representation) -> Reply {
        .content(type: representation.format.contentType, tag: representation.entityTag) { representation.body() }
    }
}
