internal import Databases
internal import Files
internal import Identities
internal import Inventory
internal import InventoryStore
internal import JSON
internal import Text

/// An organization's whole inventory in the publishers' format, at one version, read piece by piece.
///
/// The document is written out within one read transaction, so that a slow reader neither blocks the database nor uses
/// much memory.
public struct InventoryExport: InventorySource, Sendable {
    private static let pieceSize = 1 << 18

    /// The length of the whole document, in bytes.
    public let length: Int
    /// The document's strong entity tag, without quotation marks.
    public let entityTag: String
    private let memory: [UInt8]
    private let file: Descriptor?
    private let database: Database
    private var position = 0

    init(_ spool: Spool, entityTag: String, database: Database) {
        length = spool.length
        memory = spool.memory
        file = spool.file
        self.entityTag = entityTag
        self.database = database
    }

    /// Returns the next bytes, at most 1 MiB, or nil at the end.
    public mutating func next() async throws(MetricsError) -> [UInt8]? {
        guard position < length else { return nil }
        var piece = memory
        if let file {
            let start = position
            do throws(DatabaseError) {
                piece = try await database.compute { Spool.read(file, at: start, upTo: InventoryExport.pieceSize) }
            } catch {
                throw .store(error)
            }
        }
        // The file is shorter than written; the document must not appear complete.
        guard !piece.isEmpty else { throw .store(DatabaseError(.inputOutput, cause: "the export's file is too short")) }
        position += piece.count
        return piece
    }
}

extension MetricsStore {
    /// Returns the entity tag of the whole inventory in the publishers' format.
    func inventoryTag(of organization: OrganizationID) async throws(MetricsError) -> String {
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                RepresentationTag.inventory(try InventoryState.read(organization, transaction))
            }
        } catch {
            throw .store(error)
        }
    }

    func export(_ organization: OrganizationID) async throws(MetricsError) -> InventoryExport {
        let directory = database.location.scratchDirectory
        do throws(DatabaseError) {
            let (spool, tag) = try await database.read { transaction throws(DatabaseError) in
                var spool = Spool(in: directory)
                let state = try InventoryState.read(organization, transaction)
                let rows = state.map { InventoryRows(transaction: transaction, generation: $0.generation) }
                var writer = JSONWriter(reservingCapacity: 1 << 16)
                writer.beginObject()
                writer.name("roles")
                writer.beginArray()
                for role in try rows?.roles() ?? [] { writer.role(role) }
                writer.endArray()
                writer.name("workspaces")
                writer.beginArray()
                try spool.append(writer.bytes)
                var number = -1
                var isFirst = true
                while let rows, let next = try rows.number(after: number) {
                    number = next
                    guard let (workspace, _) = try rows.workspace(number: next) else { continue }
                    var writer = JSONWriter(reservingCapacity: 1 << 14)
                    writer.workspace(workspace)
                    try spool.append((isFirst ? [] : [UInt8(ascii: ",")]) + writer.bytes)
                    isFirst = false
                }
                try spool.append(Array("]}".utf8))
                try spool.finish()
                return (spool, RepresentationTag.inventory(state))
            }
            return InventoryExport(spool, entityTag: tag, database: database)
        } catch {
            throw .store(error)
        }
    }
}

extension StoreLocation {
    /// A directory that has space for large temporary files: beside the SQLite file, or the machine's.
    fileprivate var scratchDirectory: String {
        switch self {
        case .sqlite(let path): path.cut(atLast: "/").map { String($0.before) } ?? "."
        case .postgreSQL: LargeFiles.folder
        }
    }
}
