internal import JSON

/// An event of the audit log.
public struct AuditedEvent: Sendable {
    public let action: String
    public let outcome: String
    public let reason: String?
    public let target: String?
    /// Nil for an event of the gateway itself.
    public let organization: String?
    private let document: JSONDocument

    public init(_ json: [UInt8]) throws {
        document = try JSONDocument(parsing: json)
        action = document.root.member("action")?.string ?? ""
        outcome = document.root.member("outcome")?.string ?? ""
        reason = document.root.member("reason")?.string
        target = document.root.member("target")?.string
        organization = document.root.member("organization")?.string
    }

    public func detail(_ name: String) -> String? {
        document.root.member("details")?.member(name)?.string
    }
}
