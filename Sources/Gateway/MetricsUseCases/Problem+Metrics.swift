package import AccessUseCases
package import Endpoints
internal import Grants
package import Inventory
package import MetricsSnapshots

extension Problem {
    /// A query with faults.
    package init(_ refusal: QueryError) {
        let texts = refusal.faults.map { "\($0.parameter): \($0.detail)" }
        self.init(
            .invalidRequest, detail: "The query is not valid. \(texts.joined(separator: " "))",
            faults: refusal.faults.map { Problem.Issue(pointer: $0.parameter, detail: $0.detail) })
    }

    /// The problem for a condition that does not fit the inventory.
    package static let inventoryChanged = Problem(
        .preconditionFailed,
        detail: "If-Match or If-None-Match does not fit the current state. Load it again, then make your change.")

    /// An inventory that was not changed, and the reason.
    ///
    /// - Parameter publisher: the caller who was refused.
    package init(_ refusal: InventoryRefusal, of publisher: StandingCaller) {
        switch refusal {
        case .syntax(let detail): self.init(.invalidRequest, detail: "The document is not valid JSON: \(detail)")
        case .content(let faults):
            let first = faults.first.map { " First: \($0.pointer): \($0.detail)" } ?? ""
            self.init(
                .invalidRequest, status: 422,
                detail:
                    "The document has \(faults.count) fault\(faults.count == 1 ? "" : "s"); nothing was changed.\(first)",
                faults: faults.map { Problem.Issue(pointer: $0.pointer, detail: $0.detail) })
        case .notFound: self.init(.notFound, detail: "The organization has no workspace with this ID.")
        case .tooLarge:
            self.init(
                .payloadTooLarge, detail: "The document is too large for one workspace or one list of changes.")
        case .preconditionFailed: self = .inventoryChanged
        case .keyReused:
            self.init(
                .invalidRequest, status: 422,
                detail: "This Idempotency-Key was used for other content in the last 24 hours. Use a new key.",
                faults: [
                    Problem.Issue(
                        pointer: "",
                        detail: "The content differs from that of the first request with this Idempotency-Key.")
                ]
            )
        case .keyUnderWay:
            self.init(
                .conflict, detail: "A request with this Idempotency-Key is under way. Send the request again later.")
        case .abandoned:
            self.init(
                .conflict, detail: "The document paused for too long, so the import was abandoned. Send it again.")
        case .signedOut: self.init(AccessRefusal.signedOut, of: publisher)
        case .notPermitted(let isMember): self.init(AccessRefusal.notPermitted(isMember: isMember), of: publisher)
        }
    }
}
