package import Endpoints
internal import HTTPServer
internal import Identities
internal import Telemetry
package import WorkspaceMetrics

extension MetricsReplies {
    package static let noWorkspace = Reply.problem(
        Problem(.notFound, detail: "The organization has no workspace with this ID."))
    package static let brokenQuery = Reply.problem(
        Problem(.invalidRequest, detail: "The query is not valid: its percent-encoding is invalid."))

    /// The problem for a fault; its cause is logged and not sent to the client.
    package func problem(_ fault: MetricsError, requestID: String?) -> Problem {
        switch fault {
        case .source(let error):
            if let error = error as? BodyError { return Problem(error) }
            return Problem(.invalidRequest, detail: "The body could not be read to its end.")
        case .store(let error):
            log.write(.error, "the store cannot be used", requestID: requestID, fields: [("cause", "\(error)")])
            return .storeUnavailable
        case .permit(let needed):
            log.write(
                .error, "a permit that does not fit reached the metrics", requestID: requestID,
                fields: [("needed", needed.rawValue)])
            return MetricsReplies.internalError
        }
    }

    /// The problem for an error that no code expects; it is logged and not sent to the client.
    package func problem(unexpected error: any Error, requestID: String?) -> Problem {
        log.write(
            .error, "a request failed with an unexpected error", requestID: requestID, fields: [("cause", "\(error)")])
        return MetricsReplies.internalError
    }

    private static let internalError = Problem(
        .internalError, detail: "The gateway failed. Its log has the cause under the request ID.")
}
