public import Databases

/// The plan of a query, as the engine of the tests explains it.
public struct QueryPlan: Sendable, CustomStringConvertible {
    private let dialect: SQLDialect
    private let lines: [String]

    /// Explains a query whose parameters have these values.
    ///
    /// PostgreSQL would read a table of few rows as a whole. It therefore plans with settings by which it does so, or
    /// sorts, only if no index serves.
    ///
    /// - Parameter isAlternative: true for a query whose conditions are alternatives. PostgreSQL finds their rows by a
    ///   bitmap for each of them.
    public init(
        _ query: String, _ values: [SQLValue], isAlternative: Bool = false, _ transaction: Transaction
    ) throws(DatabaseError) {
        dialect = transaction.dialect
        switch dialect {
        case .sqlite:
            lines = try transaction.all("EXPLAIN QUERY PLAN \(query)", values) { row throws(DatabaseError) in
                row.text(3)
            }
        case .postgreSQL:
            for setting in ["enable_seqscan", "enable_sort"] + (isAlternative ? [] : ["enable_bitmapscan"]) {
                try transaction.execute("SET LOCAL \(setting) = off")
            }
            lines = try transaction.all("EXPLAIN (COSTS OFF) \(query)", values) { row throws(DatabaseError) in
                row.text(0)
            }
        }
    }

    public var description: String { lines.joined(separator: "\n") }

    /// True if rows are found by an index.
    public func uses(_ index: String) -> Bool { !conditions(of: index).isEmpty }

    /// True if rows are found by the values of these columns, or of an expression, in an index, and by no others.
    public func uses(_ index: String, by columns: [String]) -> Bool {
        conditions(of: index).contains { condition in
            switch dialect {
            case .sqlite:
                return condition == columns.map { $0.contains("(") ? "<expr>=?" : "\($0)=?" }.joined(separator: " AND ")
            case .postgreSQL:
                let parts = condition.split(separator: ") AND (", omittingEmptySubsequences: false)
                return parts.count == columns.count
                    && zip(parts, columns).allSatisfy { part, column in
                        part.trimmingPrefix { $0 == "(" }.lowercased().hasPrefix("\(column) = ")
                    }
            }
        }
    }

    /// True if a whole table is read, or rows are sorted.
    public var readsAllOrSorts: Bool {
        lines.contains { line in
            switch dialect {
            case .sqlite: line.hasPrefix("SCAN") || line.contains("TEMP B-TREE")
            case .postgreSQL: line.contains("Seq Scan") || line.contains("Sort")
            }
        }
    }

    /// The conditions by which an index is entered, one text for each use.
    private func conditions(of index: String) -> [String] {
        lines.indices.compactMap { position in
            switch dialect {
            case .sqlite:
                let parts = lines[position].split(separator: " INDEX \(index) (", omittingEmptySubsequences: false)
                return parts.count == 2 && parts[1].hasSuffix(")") ? String(parts[1].dropLast()) : nil
            case .postgreSQL:
                let isUse =
                    lines[position].contains(" using \(index) on ")
                    || lines[position].hasSuffix("Bitmap Index Scan on \(index)")
                guard isUse, position + 1 < lines.count else { return nil }
                let parts = lines[position + 1].split(separator: "Index Cond: ", omittingEmptySubsequences: false)
                return parts.count == 2 ? String(parts[1]) : nil
            }
        }
    }
}
