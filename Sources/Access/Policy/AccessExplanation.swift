public import ClaimMapping
public import JSON
public import Organizations

/// Why somebody has what they have in one organization: every row's verdict, and what stored roles make of it.
public struct AccessExplanation: Sendable {
    public let explanation: Explanation
    public let standing: Standing

    /// - Parameters:
    ///   - grants: roles that are stored for the identity.
    ///   - isSuspended: whether the organization shut it out.
    ///   - isSuspensionUnknown: whether an address that is not known could be a suspended one.
    public init(
        _ explanation: Explanation, grants: [Role] = [], isSuspended: Bool = false, isSuspensionUnknown: Bool = false
    ) {
        self.explanation = explanation
        standing = Standing(
            explanation.evaluation, grants: grants, isSuspended: isSuspended, isSuspensionUnknown: isSuspensionUnknown)
    }

    /// What states the reason more closely; nil where there is no more to it.
    public var detail: String? { standing.reason == .emailUnverified ? explanation.detail : nil }

    /// One element of `organizations` in the contract's explanation.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("organization", explanation.organization.text)
        writer.member("role", standing.role?.rawValue)
        writer.member("source", standing.source)
        writer.member("mapping", standing.mapping)
        writer.member("reason", standing.reason.rawValue)
        if let detail { writer.member("detail", detail) }
        writer.name("rows")
        explanation.writeRows(to: &writer)
        writer.endObject()
    }

    /// The same for people: the outcome, then a line a row.
    public var lines: [String] {
        let head =
            "\(explanation.organization): \(standing.role?.rawValue ?? "no role") (\(standing.reason.rawValue))"
            + (detail.map { ": \($0)" } ?? "")
        return [head] + explanation.lines
    }
}
