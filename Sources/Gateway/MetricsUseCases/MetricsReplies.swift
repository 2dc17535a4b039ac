package import Endpoints
package import MetricsSnapshots
internal import RuntimeConfiguration
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
    package func made(_ make: @escaping @Sendable () -> Reply) async -> Reply {
        do throws(MetricsError) {
            return try await backend.compute { make().made }
        } catch {
            return .problem(problem(error, requestID: nil))
        }
    }

    /// Makes a reply from an organization's metrics. It is made at once if they are in memory and the reply does not
    /// take long, and otherwise later.
    package func outcome(
        _ permitted: PermittedCaller, requestID: String?,
        isLong: (MetricsReading) -> Bool = { _ in false },
        _ make: @escaping @Sendable (MetricsReading) -> Reply
    ) -> Handler<PermittedCaller>.Outcome {
        let (permit, license) = (permitted.permit, permitted.organization.license)
        do throws(MetricsError) {
            guard let reading = try backend.reading(permit, license) else {
                return .later {
                    do throws(MetricsError) {
                        let reading = try await backend.load(permit, license)
                        return await made { make(reading) }
                    } catch {
                        return .problem(problem(error, requestID: requestID))
                    }
                }
            }
            guard isLong(reading) else { return .now(make(reading)) }
            return .later { await made { make(reading) } }
        } catch {
            return .now(.problem(problem(error, requestID: requestID)))
        }
    }

    package func reply(_ representation: Representation) -> Reply {
        .content(type: representation.format.contentType, tag: representation.entityTag) { representation.body() }
    }
}
