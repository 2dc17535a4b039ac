internal import Grants
internal import HTTPServer
internal import Identities
internal import JSON
internal import Telemetry
public import WorkspaceMetrics

extension MetricsAPI {
    static let noWorkspace = Reply.problem(
        Problem(.notFound, detail: "The organization has no workspace with this id."))
    static let brokenQuery = Reply.problem(
        Problem(.invalidRequest, detail: "The query is not valid: its percent-encoding is broken."))

    /// The problem for a fault; its cause goes to the log and not to the client.
    func problem(_ fault: MetricsError, requestID: String?) -> Problem {
        switch fault {
        case .source(let error):
            if let error = error as? BodyError { return Problem(error) }
            return Problem(.invalidRequest, detail: "The body could not be read to its end.")
        case .store(let error):
            log.write(.error, "the store cannot be used", requestID: requestID, fields: [("cause", "\(error)")])
            return .storeUnavailable
        case .permit(let needed):
            log.write(
                .error, "a permit for something else reached the metrics", requestID: requestID,
                fields: [("needed", needed.rawValue)])
            return Problem(.internalError, detail: "The gateway failed. Its log names the cause under the request id.")
        }
    }
}

extension ImportSummary {
    /// The counts of an import.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("workspaces", workspaces)
        writer.member("workflows", workflows)
        writer.member("members", members)
        writer.member("runners", runners)
        writer.member("roles", roles)
        writer.endObject()
        return writer.bytes
    }
}
