internal import Databases
internal import Files
internal import Text

/// Bytes that are written once and then read. They are kept in memory, or in an unnamed file if they exceed a limit.
struct Spool {
    private static let memoryLimit = 1 << 20

    private(set) var memory: [UInt8] = []
    private(set) var file: Descriptor?
    private var written = 0
    private let directory: String

    /// - Parameter directory: a directory that has space for the file.
    init(in directory: String) {
        self.directory = directory
    }

    var length: Int { written + memory.count }

    mutating func append(_ bytes: [UInt8]) throws(DatabaseError) {
        memory.append(contentsOf: bytes)
        if memory.count > Spool.memoryLimit { try flush() }
    }

    /// Writes the remaining bytes to the file, if one was created.
    mutating func finish() throws(DatabaseError) {
        if file != nil { try flush() }
    }

    private mutating func flush() throws(DatabaseError) {
        do throws(SystemError) {
            let file = if let file { file } else { try Descriptor.temporary(in: directory) }
            self.file = file
            try file.write(memory)
        } catch {
            throw DatabaseError(
                error.isOutOfSpace ? .full : .inputOutput, cause: "the export's file: \(error.message)")
        }
        written += memory.count
        memory.removeAll(keepingCapacity: true)
    }

    /// Returns fewer bytes than requested only at the end of the file, and none if it cannot be read.
    static func read(_ file: Descriptor, at offset: Int, upTo count: Int) -> [UInt8] {
        (try? file.read(at: offset, count: count)) ?? []
    }
}
