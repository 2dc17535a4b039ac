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

    static func problem(_ refusal: QueryRefusal) -> Problem {
        let texts = refusal.faults.map { "\($0.parameter): \($0.detail)" }
        return Problem(
            .invalidRequest, detail: "The query is not valid: \(texts.joined(separator: "; ")).",
            faults: refusal.faults.map { Problem.Fault(pointer: $0.parameter, detail: $0.detail) })
    }

    static func problem(_ refusal: InventoryRefusal) -> Problem {
        switch refusal {
        case .syntax(let detail): return Problem(.invalidRequest, detail: "The document is not valid JSON: \(detail)")
        case .content(let faults):
            let first = faults.first.map { " First: \($0.pointer): \($0.detail)" } ?? ""
            return Problem(
                .invalidRequest, status: 422,
                detail:
                    "The document has \(faults.count) fault\(faults.count == 1 ? "" : "s"); nothing was changed.\(first)",
                faults: faults.map { Problem.Fault(pointer: $0.pointer, detail: $0.detail) })
        case .notFound: return Problem(.notFound, detail: "The organization has no workspace with this id.")
        case .tooLarge:
            return Problem(
                .payloadTooLarge, detail: "The document is larger than one workspace or one list of changes may be.")
        case .abandoned:
            return Problem(
                .conflict, detail: "The document paused for so long that its import was given up. Send it again.")
        case .signedOut: return Problem(AccessRefusal.signedOut)
        case .notPermitted(let isMember): return Problem(AccessRefusal.notPermitted(isMember: isMember))
        }
    }

    /// The problem for a fault; its cause goes to the log and not to the client.
    func problem(_ fault: MetricsFault, requestID: String?) -> Problem {
        switch fault {
        case .source(let error):
            if let error = error as? BodyError { return Problem(error) }
            return Problem(.invalidRequest, detail: "The body could not be read to its end.")
        case .store(let error):
            log.write(.error, "the store cannot be used", requestID: requestID, fields: [("cause", "\(error)")])
            return Problem(.unavailable, detail: "The store cannot be used at the moment. Try again later.")
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
