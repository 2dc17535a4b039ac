public import ClaimMapping
public import Identities
public import JSON

/// An explanation of a user's access to one organization: every rule's verdict, and the effect of grants and
/// suspensions.
public struct AccessExplanation: Sendable {
    public let explanation: Explanation
    public let standing: Standing

    /// - Parameters:
    ///   - grants: roles that are stored for the identity.
    ///   - isSuspended: whether the organization suspended the identity.
    ///   - isSuspensionUnknown: whether an unknown address could be a suspended one.
    public init(
        _ explanation: Explanation, grants: [Role] = [], isSuspended: Bool = false, isSuspensionUnknown: Bool = false
    ) {
        self.explanation = explanation
        standing = Standing(
            explanation.evaluation, grants: grants, isSuspended: isSuspended, isSuspensionUnknown: isSuspensionUnknown)
    }

    /// Details of the reason; nil if there are none.
    public var detail: String? { standing.reason == .emailUnverified ? explanation.detail : nil }

    /// Writes one element of `organizations` of the API's explanation.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("organization", explanation.organization.text)
        writer.member("role", standing.role?.rawValue)
        writer.member("source", standing.source?.rawValue)
        writer.member("mapping", standing.mapping)
        writer.member("reason", standing.reason.rawValue)
        if let detail { writer.member("detail", detail) }
        writer.name("rows")
        explanation.writeRows(to: &writer)
        writer.endObject()
    }

    /// The explanation as text: the outcome, then one line per rule.
    public var lines: [String] {
        let head =
            "\(explanation.organization): \(standing.role?.rawValue ?? "no role") (\(standing.reason.rawValue))"
            + (detail.map { ": \($0)" } ?? "")
        return [head] + explanation.lines
    }
}
