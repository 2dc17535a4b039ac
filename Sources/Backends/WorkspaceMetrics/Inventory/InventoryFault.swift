public import Databases
public import Identities

/// One fault in a document's content.
public struct InventoryIssue: Error, Sendable, Hashable {
    /// The position as a JSON Pointer into the request's document: `/workspaces/3/workflows/17/trigger`.
    public let pointer: String
    /// A description of the fault, for the document's author.
    public let detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// The reason why an inventory, or a change of one, was refused. The previous inventory is kept.
public enum InventoryRefusal: Error, Sendable, Hashable {
    /// The text is not JSON (400). The detail names the offset of the byte.
    case syntax(detail: String)
    /// The content breaks a rule (422); at least one fault, and at most ``IssueList/limit``.
    case content([InventoryIssue])
    /// The workspace does not exist (404).
    case notFound
    /// A single workspace, or a list of changes, has more than ``InventoryLimits/singleBody`` bytes (413).
    case tooLarge
    /// The import paused for so long that its staged rows were deleted (409).
    case abandoned
    /// The publisher's session or token has ended (401).
    case signedOut
    /// The publisher's role was revoked, or no longer permits the write (403, or 404 if the publisher has no role).
    case notPermitted(isMember: Bool)
}

/// Checks in each write transaction that the publisher may still write. An inventory may take minutes to arrive, and
/// the role may be revoked in the meantime.
public struct WriteAuthorization: Sendable {
    /// Returns the reason for refusing the write, or nil if the publisher may write.
    let refusal: @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?

    public init(_ refusal: @escaping @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?) {
        self.refusal = refusal
    }

    /// The authorization of commands: the operator is authorized by file system permissions.
    static let byOperator = WriteAuthorization { _ in nil }
}

/// The reason why an operation failed.
public enum MetricsError: Error, Sendable {
    case store(DatabaseError)
    /// The document's source failed during reading: a closed connection, or an unreadable file.
    case source(any Error)
    /// The permit was issued for another permission.
    case permit(needed: Permission)
}

/// The limits of one document. They exceed any real inventory, and bound the cost of a request.
public enum InventoryLimits {
    /// The maximum size of one element of `workspaces` or `roles`, in bytes.
    public static let element = 64 << 20
    /// The maximum size of the parser's table for one element, in bytes, besides the element itself.
    static let table = 128 << 20
    /// The maximum size of the parser's table for a document that is read as a whole, in bytes.
    static let singleTable = 48 << 20
    /// The maximum size of a document that is read as a whole, in bytes: a workspace, or a list of changes.
    public static let singleBody = 16 << 20
    /// The maximum length of an id, in bytes.
    static let id = 256
    /// The maximum length of a name, in bytes.
    static let name = 1024
    /// The maximum length of an e-mail address, in bytes (RFC 5321, section 4.5.3.1).
    static let email = 320
    static let roles = 10_000
    static let changes = 10_000
    /// The maximum number of names at the top level of a document. Most of these names are ignored.
    static let topLevelNames = 1_000
    /// The maximum length of a top-level name in its JSON form, in bytes.
    static let topLevelName = 4096
}

/// The faults of a document, up to a limit.
public struct IssueList: Sendable {
    /// The number of faults after which reading stops.
    public static let limit = 100

    package private(set) var faults: [InventoryIssue] = []

    package var isEmpty: Bool { faults.isEmpty }
    var isFull: Bool { faults.count >= IssueList.limit }

    mutating func add(_ pointer: String, _ detail: String) {
        if !isFull { faults.append(InventoryIssue(pointer: pointer, detail: detail)) }
    }
}
