#if PostgreSQL
    internal import CPostgreSQL

    /// The result of a statement, and the current one of its rows.
    ///
    /// `@safe`: the handle lives as long as the object, and no value is read outside the rows and columns of the result.
    @safe final class PostgreSQLResult: RowValues {
        /// A field of an error or a notice (PostgreSQL 15, section 34.3.2, `PQresultErrorField`).
        enum Field: UInt8 {
            case severity = 0x56
            case code = 0x43
            case message = 0x4D
        }

        private let handle: OpaquePointer
        private let count: Int32
        private let columns: Int32
        private var row: Int32 = -1

        init(_ handle: OpaquePointer) {
            unsafe self.handle = handle
            count = unsafe PQntuples(handle)
            columns = unsafe PQnfields(handle)
        }

        deinit {
            unsafe PQclear(handle)
        }

        /// Goes to the next row, if there is one.
        func next() -> Bool {
            row += 1
            return row < count
        }

        var isSynchronization: Bool { unsafe PQresultStatus(handle) == PGRES_PIPELINE_SYNC }

        var isCommit: Bool { unsafe String(cString: PQcmdStatus(handle)) == "COMMIT" }

        /// The number of rows inserted, changed or deleted.
        var changes: Int { unsafe Int(String(cString: PQcmdTuples(handle))) ?? 0 }

        /// Returns the error of a failed statement; ends the use of a connection that is lost with it.
        func fault(connection: PostgreSQLConnection) -> DatabaseError? {
            switch unsafe PQresultStatus(handle) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: return nil
            case PGRES_PIPELINE_ABORTED: return DatabaseError(.failed, cause: "an earlier statement failed")
            default: break
            }
            let code = unsafe PostgreSQLResult.field(.code, of: handle) ?? "unknown"
            let message = unsafe PostgreSQLResult.field(.message, of: handle) ?? "no message"
            let error = DatabaseError(sqlState: code, message: message)
            let severity = unsafe PostgreSQLResult.field(.severity, of: handle)
            if severity == "FATAL" || severity == "PANIC" { return connection.lost(error.cause) }
            if error.reason == .connectionLost { return connection.lost(error.cause) }
            if error.reason == .readOnly { connection.retire() }
            return error
        }

        static func field(_ field: Field, of result: OpaquePointer?) -> String? {
            unsafe PQresultErrorField(result, Int32(field.rawValue)).map { unsafe String(cString: $0) }
        }

        // MARK: Values

        private func type(_ column: Int) -> PostgreSQLType? {
            guard let column = Int32(exactly: column), column >= 0, column < columns else { return nil }
            return unsafe PostgreSQLType(rawValue: PQftype(handle, column))
        }

        private func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            guard let column = Int32(exactly: column), column >= 0, column < columns, row >= 0, row < count,
                let start = unsafe PQgetvalue(handle, row, column)
            else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
            return unsafe body(
                UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column))))
        }

        func isNull(_ column: Int) -> Bool {
            guard let column = Int32(exactly: column), column >= 0, column < columns, row >= 0, row < count else {
                return true
            }
            return unsafe PQgetisnull(handle, row, column) != 0
        }

        func integer(_ column: Int) -> Int64 {
            switch type(column) {
            case .integer8, .integer4, .integer2, .boolean:
                return unsafe withBytes(column) { bytes in
                    guard let first = unsafe bytes.first else { return 0 }
                    var value: Int64 = first & 0x80 == 0 || bytes.count == 1 ? 0 : -1
                    for index in 0..<bytes.count { value = value << 8 | Int64(unsafe bytes[index]) }
                    return value
                }
            case .numeric: return unsafe withBytes(column) { unsafe PostgreSQLResult.integer(numeric: $0) }
            case .text, .unknown, .bytes, nil: return Int64(text(column)) ?? 0
            }
        }

        /// Returns the integer part of a number in the binary format of `numeric`: the number of digits to the base
        /// 10,000, the weight of the first one, sign, scale, and the digits, each of 16 bits. A number that does not fit
        /// becomes the nearest one that does.
        private static func integer(numeric bytes: UnsafeRawBufferPointer) -> Int64 {
            func field(_ index: Int) -> Int {
                guard 2 * index + 1 < bytes.count else { return 0 }
                return unsafe Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1])
            }
            let (digits, weight, isNegative) = (field(0), Int(Int16(truncatingIfNeeded: field(1))), field(2) == 0x4000)
            guard weight >= 0 else { return 0 }
            var value: Int64 = 0
            for place in 0...weight {
                let digit = Int64(place < digits ? field(4 + place) : 0)
                let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10_000)
                let (sum, isAbove) = product.addingReportingOverflow(digit)
                if isTooLarge || isAbove { return isNegative ? .min : .max }
                value = sum
            }
            return isNegative ? -value : value
        }

        func text(_ column: Int) -> String {
            switch type(column) {
            case .integer8, .integer4, .integer2, .numeric, .boolean: isNull(column) ? "" : "\(integer(column))"
            case .text, .unknown, .bytes, nil: unsafe withBytes(column) { unsafe String(decoding: $0, as: UTF8.self) }
            }
        }

        func blob(_ column: Int) -> [UInt8] { unsafe withBytes(column) { unsafe [UInt8]($0) } }
    }

    extension DatabaseError {
        /// Maps an SQLSTATE to an error (PostgreSQL 15, appendix A).
        init(sqlState: String, message: String) {
            let reason: Reason =
                switch sqlState {
                case "23505": .duplicate
                case "40001", "40P01": .conflict
                case "25006": .readOnly
                case "25P03", "57P01", "57P02", "57P03", "57P05": .connectionLost
                case "53100", "53200": .full
                case "53300", "28P01", "28000", "3D000": .unreachable
                case "55P03", "57014": .busy
                case "42501": .cannotOpen
                case "22021", "22P05", "54000", "22001": .unfitValue
                default:
                    switch sqlState.prefix(2) {
                    case "08": .connectionLost
                    case "23": .constraint
                    case "40": .conflict
                    case "58": .inputOutput
                    case "XX": .corrupt
                    default: .failed
                    }
                }
            self.init(reason, cause: "\(message) (SQLSTATE \(sqlState))")
        }
    }
#endif
