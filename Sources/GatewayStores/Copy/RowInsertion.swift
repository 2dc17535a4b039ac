internal import Databases

/// Insertions into one table, many rows in a statement.
struct RowInsertion {
    /// The rows of one statement, by the number of parameters that both engines take.
    private let batch: Int
    private let table: StoreTable
    private let transaction: Transaction

    init(into table: StoreTable, _ transaction: Transaction) {
        (self.table, self.transaction) = (table, transaction)
        batch = max(1, min(64, 1000 / max(1, table.columns.count)))
    }

    func insert(_ page: [RowPages.Entry]) throws(DatabaseError) {
        var waiting: [[SQLValue]] = []
        for (values, count) in page {
            for _ in 0..<count {
                waiting.append(values)
                guard waiting.count == batch else { continue }
                try run(waiting)
                waiting = []
            }
        }
        // A statement for each number of rows would be prepared for one use.
        for values in waiting { try run([values]) }
    }

    private func run(_ rows: [[SQLValue]]) throws(DatabaseError) {
        let width = table.columns.count
        let groups = rows.indices.map { row in
            "(" + (1...width).map { "$\(row * width + $0)" }.joined(separator: ", ") + ")"
        }
        let inserted = try transaction.execute(
            "INSERT INTO \(RowPages.quoted(table.name)) (\(RowPages.list(table.columns))) VALUES "
                + groups.joined(separator: ", "), with: rows.flatMap { $0 })
        guard inserted == rows.count else {
            throw DatabaseError(.failed, cause: "\(inserted) of \(rows.count) rows were inserted into \(table.name)")
        }
    }
}
