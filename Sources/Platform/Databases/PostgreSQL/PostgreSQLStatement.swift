#if PostgreSQL
    internal import CPostgreSQL
    internal import Text

    /// A statement of a connection to PostgreSQL. The server prepares it once for each combination of parameter types.
    final class PostgreSQLStatement: PreparedStatement {
        private let sql: String
        private unowned let connection: PostgreSQLConnection
        private var names: [[PostgreSQLType]: String] = [:]

        init(_ sql: String, on connection: PostgreSQLConnection) {
            (self.sql, self.connection) = (sql, connection)
        }

        /// Rows are read as a whole before the first one is passed on, so a statement may run inside itself.
        var isBusy: Bool { false }

        func run(_ values: [SQLValue]) throws(DatabaseError) -> Int { try result(values).changes }

        func each(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) {
            let result = try result(values)
            let row = Row(values: result)
            while result.next() {
                guard try body(row) else { return }
            }
        }

        /// Reads through a cursor. Its declaration travels with the first part, and its end with the next statement.
        func stream(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) {
            guard connection.isInTransaction, sql.starts(exactly: "SELECT") else { return try each(values, body) }
            let cursor = connection.makeCursorName()
            try connection.enqueue("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", values)
            // Most searches end within a few rows.
            var part = 64
            while true {
                let result = try connection.run("FETCH \(part) FROM \(cursor)", [])
                let row = Row(values: result)
                var count = 0
                var isWanted = true
                while isWanted, result.next() {
                    count += 1
                    isWanted = try body(row)
                }
                guard isWanted, count == part else { break }
                part = 512
            }
            try connection.enqueue("CLOSE \(cursor)")
        }

        private func result(_ values: [SQLValue]) throws(DatabaseError) -> PostgreSQLResult {
            let types = values.map(PostgreSQLType.init)
            if let name = names[types] { return try connection.run(sql, values, name: name, isKnown: true) }
            guard let name = connection.makeStatementName() else { return try connection.run(sql, values) }
            let result = try connection.run(sql, values, name: name)
            names[types] = name
            return result
        }
    }

    /// The types of values (PostgreSQL 15, table `pg_type`).
    enum PostgreSQLType: Oid {
        /// The server infers the type.
        case unknown = 0
        case boolean = 16
        case bytes = 17
        case integer8 = 20
        case integer2 = 21
        case integer4 = 23
        case text = 25
        case numeric = 1700

        init(_ value: SQLValue) {
            switch value {
            case .null: self = .unknown
            case .integer: self = .integer8
            case .text: self = .text
            case .blob: self = .bytes
            }
        }
    }

    /// Values in the binary format of the protocol.
    struct PostgreSQLParameters {
        private var octets: [UInt8] = []
        /// Where each value is; nil for null.
        private var ranges: [Range<Int>?] = []
        private var types: [Oid] = []

        var count: Int { ranges.count }

        static let none = PostgreSQLParameters()

        private init() { octets = [0] }

        init(_ values: [SQLValue]) throws(DatabaseError) {
            guard values.count <= UInt16.max else {
                throw DatabaseError(.unfitValue, cause: "a statement has more than 65,535 values")
            }
            for value in values {
                let start = octets.count
                switch value {
                case .null: break
                case .integer(let number):
                    for shift in stride(from: 56, through: 0, by: -8) {
                        octets.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
                    }
                case .text(let text):
                    guard !text.utf8.contains(0) else {
                        throw DatabaseError(.unfitValue, cause: "a text contains a NUL")
                    }
                    octets.append(contentsOf: text.utf8)
                case .blob(let blob): octets.append(contentsOf: blob)
                }
                guard octets.count <= 1 << 29 else {
                    throw DatabaseError(.unfitValue, cause: "the values of a statement are longer than 512 MiB")
                }
                types.append(PostgreSQLType(value).rawValue)
                if case .null = value { ranges.append(nil) } else { ranges.append(start..<octets.count) }
            }
            // The last value may be empty, and has an address all the same.
            octets.append(0)
        }

        func withPointers<Result>(
            _ body: (
                _ types: UnsafePointer<Oid>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
                _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
            ) -> Result
        ) -> Result {
            let lengths = ranges.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: count)
            return unsafe octets.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                let pointers: [UnsafePointer<CChar>?] = unsafe ranges.map { range in
                    guard let range, let start = unsafe start else { return nil }
                    return unsafe start + range.lowerBound
                }
                return unsafe types.withUnsafeBufferPointer { types in
                    unsafe pointers.withUnsafeBufferPointer { pointers in
                        unsafe lengths.withUnsafeBufferPointer { lengths in
                            unsafe formats.withUnsafeBufferPointer { formats in
                                unsafe body(
                                    types.baseAddress, pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                            }
                        }
                    }
                }
            }
        }
    }
#endif
