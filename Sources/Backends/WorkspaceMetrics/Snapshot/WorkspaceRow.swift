public import Inventory
internal import JSON
public import Time

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
    /// The time of the last publication that changed the workspace; nil if it is not known.
    public let publishedAt: Timestamp?
    /// The figures 30 days ago.
    let earlier: EarlierFigures
    /// The row in the API's JSON form.
    let json: [UInt8]
    /// Name and id in lower case, separated by a NUL, which neither of them can contain.
    let searchText: [UInt8]
    /// The owners' addresses in lower case, each after a NUL.
    let ownerText: [UInt8]

    init(
        _ workspace: Workspace, counts: MetricCounts, owners: [Owner], publishedAt: Timestamp? = nil,
        earlier: EarlierFigures = EarlierFigures()
    ) {
        (id, name) = (workspace.id, workspace.name)
        createdAt = workspace.createdAt?.rfc3339
        (self.counts, self.publishedAt, self.earlier) = (counts, publishedAt, earlier)
        self.owners = owners.sorted()
        json = WorkspaceRow.json(
            id: id, name: name, createdAt: createdAt, counts: counts, owners: self.owners, publishedAt, earlier)
        searchText = folded(name) + [0] + folded(id)
        ownerText = self.owners.flatMap { [0] + folded($0.email) }
    }

    /// Creates the row of a changed workspace.
    ///
    /// - Parameter old: the row before the change; nil if the workspace is new.
    convenience init(_ change: WorkspaceChange, after old: WorkspaceRow?, earlier: EarlierFigures) {
        let workspace = Workspace(id: change.id, name: change.name, createdAt: change.createdAt)
        self.init(
            workspace, counts: change.counts, owners: change.owners ?? old?.owners ?? [],
            publishedAt: change.publishedAt, earlier: earlier)
    }

    /// Creates the row of a workspace whose earlier figures are now those of a later day.
    init(_ row: WorkspaceRow, earlier: EarlierFigures) {
        (id, name, createdAt, counts) = (row.id, row.name, row.createdAt, row.counts)
        (owners, publishedAt, self.earlier) = (row.owners, row.publishedAt, earlier)
        json = WorkspaceRow.json(
            id: id, name: name, createdAt: createdAt, counts: counts, owners: owners, publishedAt, earlier)
        (searchText, ownerText) = (row.searchText, row.ownerText)
    }

    /// The difference to 30 days ago; nil if the history of the metric does not go back that far.
    public func change(of metric: Metric) -> Int? { earlier[metric].map { counts[metric] - $0 } }

    /// The estimated size in memory, in bytes: the object, its arrays and texts, and a reference in each order.
    var bytes: Int {
        owners.reduce(640 + json.count + searchText.count + ownerText.count + id.utf8.count + name.utf8.count) {
            $0 + 96 + $1.email.utf8.count + $1.name.utf8.count
        }
    }

    private static func json(
        id: String, name: String, createdAt: String?, counts: MetricCounts, owners: [Owner], _ publishedAt: Timestamp?,
        _ earlier: EarlierFigures
    ) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 400 + owners.count * 80)
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
        writer.name("change_30d")
        writer.beginObject()
        for metric in Metric.allCases { writer.member(metric.rawValue, earlier[metric].map { counts[metric] - $0 }) }
        writer.endObject()
        writer.member("published_at", publishedAt?.rfc3339)
        writer.endObject()
        return writer.bytes
    }
}

extension WorkspaceRow: RowPlace {
    func key(for sort: WorkspaceSort) -> Int? {
        switch sort {
        case .name: nil
        case .metric(let metric): counts[metric]
        case .change: change(of: .workflows)
        case .publishedAt: publishedAt.map { Int($0.nanoseconds) }
        }
    }
}

/// Returns a text in Unicode's lower case, as UTF-8, for comparison without regard to case.
func folded(_ text: String) -> [UInt8] {
    Array(text.lowercased().utf8)
}

/// Compares UTF-8 bytes, which order texts by their scalars. String's own comparison uses a normal form.
func compare(_ a: String, _ b: String) -> Int {
    let (a, b) = (a.utf8Span.span, b.utf8Span.span)
    for index in 0..<min(a.count, b.count) where a[index] != b[index] {
        return a[index] < b[index] ? -1 : 1
    }
    return a.count - b.count
}
