internal import Telemetry
internal import WorkspaceMetrics

/// The metrics backend with its replies. The organization comes from the permit alone.
struct MetricsAPI: Sendable {
    let backend: MetricsBackend
    let log: Log

    /// Makes a reply with its content off the reactor.
    func long(_ make: @escaping @Sendable () throws(MetricsError) -> Reply) async -> Reply {
        do throws(MetricsError) {
            let result = try await backend.compute { Result { () throws(MetricsError) in try make().made } }
            return try result.get()
        } catch {
            return .problem(problem(error, requestID: nil))
        }
    }

    func reply(_ representation: Representation) -> Reply {
        .content(type: representation.format.contentType, tag: representation.entityTag) { representation.body() }
    }
}
