import Databases
import Glibc

/// A database in a temporary directory, which is removed with it. The directory is on the disk of `/tmp`, because flush
/// costs are measured too.
final class TemporaryStore {
    let database: Database
    private let directory: String

    init(_ schemas: [Schema]) throws {
        var template = Array("/tmp/gatehouse-benchmark-XXXXXX".utf8CString)
        // mkdtemp changes the template in place, within its length.
        guard unsafe mkdtemp(&template) != nil else { throw UnexpectedResultError() }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        database = try Database(path: "\(directory)/store.db", schemas: schemas)
    }

    deinit {
        database.close()
        for name in ["", "-wal", "-shm"] { unsafe unlink("\(directory)/store.db\(name)") }
        unsafe rmdir(directory)
    }
}
