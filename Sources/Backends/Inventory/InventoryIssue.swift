/// One fault in a document's content.
public struct InventoryIssue: Sendable, Hashable {
    /// The position as a JSON Pointer into the request's document: `/workspaces/3/workflows/17/trigger`.
    public let pointer: String
    /// A description of the fault, for the document's author.
    public let detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// The faults of a document, up to a limit.
public struct IssueList: Sendable {
    /// The number of faults after which reading stops.
    public static let limit = 100

    package private(set) var faults: [InventoryIssue] = []

    package var isEmpty: Bool { faults.isEmpty }
    package var isFull: Bool { faults.count >= IssueList.limit }

    package init() {}

    package mutating func add(_ pointer: String, _ detail: String) {
        if !isFull { faults.append(InventoryIssue(pointer: pointer, detail: detail)) }
    }
}
