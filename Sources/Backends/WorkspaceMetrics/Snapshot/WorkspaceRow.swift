public import Inventory
internal import JSON
internal import Time

/// One workspace as the pages and the API show it. All parts of responses are precomputed.
public final class WorkspaceRow: Sendable {
    /// An owner of the workspace.
    public struct Owner: Hashable, Comparable, Sendable {
        public let email: String
        public let name: String

        public static func < (a: Owner, b: Owner) -> Bool { (a.email, a.name) < (b.email, b.name) }
    }

    public let id: String
    public let name: String
    /// The time in RFC 3339 format.
    public let createdAt: String?
    public let counts: MetricCounts
    /// The owners, sorted by address.
    public let owners: [Owner]
    /// The row in the API's JSON form.
    let json: [UInt8]
    /// Name and id in lower case, separated by a NUL, which neither of them can contain.
    let searchText: [UInt8]
    /// The owners' addresses in lower case, each after a NUL.
    let ownerText: [UInt8]

    init(_ workspace: Workspace, counts: MetricCounts, owners: [Owner]) {
        id = workspace.id
        name = workspace.name
        createdAt = workspace.createdAt?.rfc3339
        self.counts = counts
        self.owners = owners.sorted()
        json = WorkspaceRow.json(id: id, name: name, createdAt: createdAt, counts: counts, owners: self.owners)
        searchText = folded(name) + [0] + folded(id)
        ownerText = self.owners.flatMap { [0] + folded($0.email) }
    }

    /// Creates the row of a changed workspace.
    ///
    /// - Parameter old: the row before the change; nil if the workspace is new.
    convenience init(_ change: WorkspaceChange, after old: WorkspaceRow?) {
        let workspace = Workspace(id: change.id, name: change.name, createdAt: change.createdAt)
        self.init(workspace, counts: change.counts, owners: change.owners ?? old?.owners ?? [])
    }

    private static func json(
        id: String, name: String, createdAt: String?, counts: MetricCounts, owners: [Owner]
    ) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 256 + owners.count * 80)
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", name)
        writer.member("created_at", createdAt)
        for metric in Metric.allCases { writer.member(metric.rawValue, counts[metric]) }
        writer.name("owners")
        writer.beginArray()
        for owner in owners {
            writer.beginObject()
            writer.member("email", owner.email)
            writer.member("name", owner.name)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

/// Returns a text in Unicode's lower case, as UTF-8, for comparison without regard to case.
func folded(_ text: String) -> [UInt8] {
    Array(text.lowercased().utf8)
}

/// Returns true if a row comes before another by name, or by id if the names are equal. Texts are compared by scalars.
func precedes(_ a: (name: String, id: String), _ b: (name: String, id: String)) -> Bool {
    switch compare(a.name, b.name) {
    case 0: compare(a.id, b.id) < 0
    case let order: order < 0
    }
}

/// Compares UTF-8 bytes, which order texts by their scalars. String's own comparison uses a normal form.
func compare(_ a: String, _ b: String) -> Int {
    let (a, b) = (a.utf8Span.span, b.utf8Span.span)
    for index in 0..<min(a.count, b.count) where a[index] != b[index] {
        return a[index] < b[index] ? -1 : 1
    }
    return a.count - b.count
}
