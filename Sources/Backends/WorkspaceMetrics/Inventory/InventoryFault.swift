public import Databases
public import Organizations

/// One thing that is wrong with a document's content.
public struct InventoryFault: Error, Sendable, Hashable {
    /// Where, as a JSON Pointer into the document that was sent: `/workspaces/3/workflows/17/trigger`.
    public let pointer: String
    /// What is wrong there, for whoever wrote the document.
    public let detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// Why an inventory, or a change of one, was not taken. What stood before still stands.
public enum InventoryRefusal: Error, Sendable, Hashable {
    /// The text is no JSON (400). The detail names the byte.
    case syntax(detail: String)
    /// The content breaks a rule (422); at least one fault and at most ``FaultList/limit``.
    case content([InventoryFault])
    /// There is no such workspace (404).
    case notFound
    /// A single workspace, or a list of changes, of more than ``InventoryLimits/singleBody`` bytes (413).
    case tooLarge
    /// The import paused for so long that its staged rows were given up (409).
    case abandoned
    /// The session or the token of the publisher has ended (401).
    case signedOut
    /// The publisher's role was taken away, or does not permit this any more (403, or 404 without any role).
    case notPermitted(isMember: Bool)
}

/// Whether a publisher may still write, asked inside each transaction that writes: what a publisher sends may take minutes
/// to arrive, and the role may be taken away meanwhile.
public struct WriteAuthorization: Sendable {
    /// Why not; `nil` if nothing was taken away.
    let refusal: @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?

    public init(_ refusal: @escaping @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?) {
        self.refusal = refusal
    }

    /// For commands: the operator's right is the file system's.
    static let byOperator = WriteAuthorization { _ in nil }
}

/// Why an operation could not be carried out at all.
public enum MetricsFault: Error, Sendable {
    case store(DatabaseError)
    /// The document's source failed while it was read: a connection that closed, a file that cannot be read.
    case source(any Error)
    /// The permit was issued for something else.
    case permit(needed: Permission)
}

/// What one document may hold; far beyond any real inventory, and small enough to stay harmless.
public enum InventoryLimits {
    /// Bytes of one element of `workspaces` or `roles`.
    public static let element = 64 << 20
    /// Bytes of the table of what is read of an element, beside the element itself.
    static let table = 128 << 20
    /// The same of a document that is taken as one.
    static let singleTable = 48 << 20
    /// Bytes of a document that is taken as one: a workspace, a list of changes.
    public static let singleBody = 16 << 20
    /// Bytes of an id.
    static let id = 256
    /// Bytes of a name.
    static let name = 1024
    /// Bytes of an e-mail address (RFC 5321, section 4.5.3.1).
    static let email = 320
    static let roles = 10_000
    static let changes = 10_000
    /// Names at the top of a document; most are ignored.
    static let topLevelNames = 1_000
    /// Bytes of such a name as it is written.
    static let topLevelName = 4096
}

/// The faults of a document, as many as are worth telling.
public struct FaultList: Sendable {
    /// After this many, nobody reads on.
    public static let limit = 100

    package private(set) var faults: [InventoryFault] = []

    package var isEmpty: Bool { faults.isEmpty }
    var isFull: Bool { faults.count >= FaultList.limit }

    mutating func add(_ pointer: String, _ detail: String) {
        if !isFull { faults.append(InventoryFault(pointer: pointer, detail: detail)) }
    }
}
