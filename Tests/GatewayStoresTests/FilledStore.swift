import Audit
import Databases
import Identities
import Time

@testable import GatewayStores

/// A store with rows in every table.
enum FilledStore {
    static let now = Timestamp(nanoseconds: 1_780_000_000_000_000_000)

    /// Makes a store, and fills all tables of all components.
    static func make(at location: StoreLocation, rows: Int = 5, events: Int = 3) throws {
        let database = try Database(at: location, schemas: GatewayStore.schemas)
        defer { database.close() }
        try database.writeBlocking { transaction throws(DatabaseError) in
            let catalog = try TableCatalog(transaction)
            // A table follows the ones that it refers to.
            for name in catalog.names.sorted().reversed() where isFilledPlainly(name) {
                let table = try catalog.table(name)
                for row in 0..<rows { try RowInsertion(into: table, transaction).insert([(values(table, row), 1)]) }
            }
            for number in 0..<events {
                for organization in [nil, OrganizationID("acme")] {
                    let record = AuditRecord(.auditExport, by: .operator, in: organization)
                    try AuditLog.append(record, at: now + .seconds(number), transaction)
                }
            }
        }
    }

    private static func isFilledPlainly(_ name: String) -> Bool {
        !Transaction.ownTables.contains(name) && !["audit_event", "audit_head", "audit_party"].contains(name)
    }

    /// Values that differ from row to row, with those that engines may treat differently.
    private static func values(_ table: StoreTable, _ row: Int) -> [SQLValue] {
        table.columns.enumerated().map { index, column in
            if !column.isRequired, (row + index).isMultiple(of: 3) { return .null }
            let isKey = table.key.contains { $0.name == column.name } || column.name == "generation"
            switch column.kind {
            case .integer:
                let extremes: [Int64] = [.min, .max, -1]
                return .integer(isKey || row >= extremes.count ? Int64(row) : extremes[row])
            case .text:
                let odd = ["", "e\u{301}", "\u{E9}", "Z", "\u{10FFFF}\n'\"%"]
                return .text(isKey ? "\(["b", "B", "\u{E9}", "a"][row % 4])\(row)" : "\(odd[row % odd.count])\(row)")
            case .blob: return .blob([UInt8(row & 0xFF), 0, 0xFF] + Array("\(row)".utf8))
            }
        }
    }

    /// Returns all rows as text, but those of the store's own tables, read without the code under test.
    static func content(of location: StoreLocation) throws -> [String] {
        try Database.reading(at: location) { transaction throws(DatabaseError) in
            let catalog = try TableCatalog(transaction)
            var content: [String] = []
            for name in catalog.names.sorted() where !Transaction.ownTables.contains(name) {
                let columns = try catalog.table(name).columns
                let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
                let rows = try transaction.all("SELECT \(names) FROM \"\(name)\"") { row throws(DatabaseError) in
                    columns.enumerated().map { index, column in
                        switch column.kind {
                        case .integer: row.optionalInteger(index).map { "\($0)" } ?? "null"
                        case .text: row.optionalText(index).map { "'\($0)'" } ?? "null"
                        case .blob: row.optionalBlob(index).map { "\($0)" } ?? "null"
                        }
                    }.joined(separator: ", ")
                }
                content.append("\(name): \(rows.count)")
                content += rows.map { "\(name): \($0)" }.sorted()
            }
            return content
        }
    }

    /// Returns the names of the tables at a place.
    static func tables(of location: StoreLocation) throws -> [String] {
        try Database.reading(at: location) { transaction throws(DatabaseError) in try TableCatalog(transaction).names }
    }

    static func version(of location: StoreLocation) throws -> Int? {
        try Database.reading(at: location) { transaction throws(DatabaseError) in
            try transaction.first("SELECT version FROM store_version") { row throws(DatabaseError) in row.integer(0) }
        }
    }
}
