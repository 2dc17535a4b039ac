internal import Identities
public import Inventory
public import InventoryStore
internal import JSON
internal import Text
public import Time

/// One workspace as the pages and the API show it. All parts of responses are precomputed.
public final class WorkspaceRow: Sendable {
    public let id: String
    public let name: String
    /// The time in RFC 3339 format.
    public let createdAt: String?
    public let counts: MetricCounts
    /// The owners, sorted by address.
    public var owners: [WorkspaceOwner] { ownerList.owners }
    /// The time of the last publication that changed the workspace; nil if it is not known.
    public let publishedAt: Timestamp?
    /// The figures 30 days ago.
    let earlier: EarlierFigures
    /// The row in the API's JSON form.
    let json: [UInt8]
    /// Name and id in lower case, separated by a NUL, which neither of them can contain.
    let searchText: [UInt8]
    /// The owners' addresses in lower case, each after a NUL.
    var ownerText: [UInt8] { ownerList.searchText }
    private let ownerList: OwnerList

    package convenience init(
        _ workspace: Workspace, counts: MetricCounts, owners: [WorkspaceOwner], publishedAt: Timestamp? = nil,
        earlier: EarlierFigures = EarlierFigures()
    ) {
        self.init(workspace, counts, OwnerList(owners), publishedAt, earlier)
    }

    private init(
        _ workspace: Workspace, _ counts: MetricCounts, _ owners: OwnerList, _ publishedAt: Timestamp?,
        _ earlier: EarlierFigures
    ) {
        (id, name) = (workspace.id, workspace.name)
        createdAt = workspace.createdAt?.rfc3339
        (self.counts, self.publishedAt, self.earlier, ownerList) = (counts, publishedAt, earlier, owners)
        searchText = folded(name) + [0] + folded(id)
        json = WorkspaceRow.json(
            id: id, name: name, createdAt: createdAt, counts: counts, owners.json, publishedAt, earlier)
    }

    /// Creates the row of a changed workspace.
    ///
    /// - Parameter old: the row before the change; nil if the workspace is new.
    convenience init(_ change: WorkspaceChange, after old: WorkspaceRow?, earlier: EarlierFigures) {
        let workspace = Workspace(id: change.id, name: change.name, createdAt: change.createdAt)
        let owners = change.owners.map { OwnerList($0) } ?? old?.ownerList ?? OwnerList([])
        self.init(workspace, change.counts, owners, change.publishedAt, earlier)
    }

    /// Creates the row of a workspace whose earlier figures are now those of a later day.
    init(_ row: WorkspaceRow, earlier: EarlierFigures) {
        (id, name, createdAt, counts) = (row.id, row.name, row.createdAt, row.counts)
        (ownerList, publishedAt, self.earlier) = (row.ownerList, row.publishedAt, earlier)
        searchText = row.searchText
        json = WorkspaceRow.json(
            id: id, name: name, createdAt: createdAt, counts: counts, ownerList.json, publishedAt, earlier)
    }

    /// The difference to 30 days ago; nil if the history of the metric does not go back that far.
    public func change(of metric: Metric) -> Int? { earlier[metric].map { counts[metric] - $0 } }

    /// The estimated size in memory, in bytes: the object, its arrays and texts, and a reference in each order.
    var bytes: Int { 640 + json.count + searchText.count + id.utf8.count + name.utf8.count + ownerList.bytes }

    private static func json(
        id: String, name: String, createdAt: String?, counts: MetricCounts, _ owners: [UInt8],
        _ publishedAt: Timestamp?, _ earlier: EarlierFigures
    ) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 400 + owners.count)
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", name)
        writer.member("created_at", createdAt)
        for metric in Metric.allCases { writer.member(metric.rawValue, counts[metric]) }
        writer.name("owners")
        writer.raw(owners)
        writer.name("change_30d")
        writer.beginObject()
        for metric in Metric.allCases { writer.member(metric.rawValue, earlier[metric].map { counts[metric] - $0 }) }
        writer.endObject()
        writer.member("published_at", publishedAt?.rfc3339)
        writer.endObject()
        return writer.bytes
    }
}

extension WorkspaceOwner {
    /// The estimated size in memory, in bytes. An address in lower case is stored once.
    fileprivate var bytes: Int {
        let text = email.text.isExactly(email.spelling) ? 0 : email.text.utf8.count
        return 112 + email.spelling.utf8.count + text + name.utf8.count
    }
}

/// The owners of a workspace with the texts made of them, which rows share until the owners change.
private struct OwnerList: Sendable {
    let owners: [WorkspaceOwner]
    /// The owners in the API's JSON form.
    let json: [UInt8]
    let searchText: [UInt8]
    /// The estimated size in memory, in bytes.
    let bytes: Int

    init(_ list: [WorkspaceOwner]) {
        owners = list.sorted()
        var writer = JSONWriter(reservingCapacity: owners.count * 80 + 2)
        writer.beginArray()
        for owner in owners {
            writer.beginObject()
            writer.member("email", owner.email.spelling)
            writer.member("name", owner.name)
            writer.endObject()
        }
        writer.endArray()
        json = writer.bytes
        searchText = owners.flatMap { [0] + folded($0.email.spelling) }
        bytes = owners.reduce(json.count + searchText.count) { $0 + $1.bytes }
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
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for octet in text.utf8 {
        guard octet < 0x80 else { return Array(text.lowercased().utf8) }
        bytes.append(0x41...0x5A ~= octet ? octet | 0x20 : octet)
    }
    return bytes
}

/// Compares UTF-8 bytes, which order texts by their scalars. String's own comparison uses a normal form.
func compare(_ a: String, _ b: String) -> Int {
    let (a, b) = (a.utf8Span.span, b.utf8Span.span)
    for index in 0..<min(a.count, b.count) where a[index] != b[index] {
        return a[index] < b[index] ? -1 : 1
    }
    return a.count - b.count
}
