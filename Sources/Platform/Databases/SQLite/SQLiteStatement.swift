internal import CSQLite
internal import Threads

/// A prepared statement of a connection to SQLite. It is also the current row of its query.
///
/// Parameters are looked up by name, because SQLite numbers them in order of appearance. `@safe`: the handle lives as long
/// as the object.
@safe final class SQLiteStatement: PreparedStatement, RowValues {
    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection
    /// SQLite's index of `$1`, `$2`, ….
    private let parameters: [Int32]
    private(set) var isBusy = false

    init(_ sql: String, on connection: SQLiteConnection) throws(DatabaseError) {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(connection.handle, sql, -1, flags, &prepared, nil)
        guard code == SQLITE_OK, let handle = unsafe prepared else {
            throw connection.error(code, sql: sql)
        }
        let count = unsafe sqlite3_bind_parameter_count(handle)
        var parameters: [Int32] = []
        for number in 0..<max(0, count) {
            parameters.append(unsafe sqlite3_bind_parameter_index(handle, "$\(number + 1)"))
        }
        guard !parameters.contains(0) else {
            unsafe sqlite3_finalize(handle)
            throw DatabaseError(.failed, cause: "parameters must be $1 to $\(count) in: \(sql)")
        }
        unsafe self.handle = handle
        self.parameters = parameters
        self.connection = connection
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    func run(_ values: [SQLValue]) throws(DatabaseError) -> Int {
        try each(values) { _ throws(DatabaseError) in true }
        return unsafe Int(sqlite3_changes64(connection.handle))
    }

    func each(_ values: [SQLValue], _ body: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) {
        guard !isBusy else { throw DatabaseError(.failed, cause: "a statement was run inside itself") }
        isBusy = true
        // The reset reports the step's error again, which was already thrown.
        defer {
            unsafe sqlite3_reset(handle)
            isBusy = false
        }
        try bind(values)
        connection.letOthersRun()
        while true {
            switch unsafe sqlite3_step(handle) {
            case SQLITE_ROW: guard try body(Row(values: self)) else { return }
            case SQLITE_DONE: return
            case let code: throw unsafe connection.error(code, sql: String(cString: sqlite3_sql(handle)))
            }
        }
    }

    private func bind(_ values: [SQLValue]) throws(DatabaseError) {
        guard values.count == parameters.count else {
            throw DatabaseError(.failed, cause: "\(values.count) values for \(parameters.count) parameters")
        }
        for (value, index) in zip(values, parameters) {
            let code: Int32
            switch value {
            case .null:
                code = unsafe sqlite3_bind_null(handle, index)
            case .integer(let number):
                code = unsafe sqlite3_bind_int64(handle, index, number)
            case .text(var text):
                code = text.withUTF8 { bytes in
                    // PostgreSQL keeps no NUL. An empty string may have no address, and a null address would bind NULL.
                    if unsafe bytes.contains(0) { return SQLITE_TOOBIG }
                    guard let start = bytes.baseAddress else { return unsafe gatehouse_bind_text(handle, index, "", 0) }
                    return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                        unsafe gatehouse_bind_text(handle, index, $0, UInt64(bytes.count))
                    }
                }
            case .blob(let blob):
                code = unsafe blob.withUnsafeBytes { bytes in
                    unsafe bytes.isEmpty
                        ? sqlite3_bind_zeroblob(handle, index, 0)
                        : gatehouse_bind_blob(handle, index, bytes.baseAddress, UInt64(bytes.count))
                }
            }
            guard code == SQLITE_OK else { throw connection.error(code) }
        }
    }

    func integer(_ column: Int) -> Int64 {
        unsafe sqlite3_column_int64(handle, Int32(column))
    }

    func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    func text(_ column: Int) -> String {
        unsafe String(decoding: bytes(column), as: UTF8.self)
    }

    func blob(_ column: Int) -> [UInt8] {
        unsafe [UInt8](bytes(column))
    }

    /// Bytes of a text or blob. SQLite keeps them until the next step; callers copy them.
    private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let start = unsafe sqlite3_column_blob(handle, Int32(column))
        return unsafe UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
    }
}
