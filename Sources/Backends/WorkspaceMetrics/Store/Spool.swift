internal import Databases
internal import Glibc
internal import Text

/// Bytes that are written once and then read. They are kept in memory, or in an unnamed file if they exceed a limit.
struct Spool {
    private static let memoryLimit = 1 << 20

    private(set) var memory: [UInt8] = []
    private(set) var file: OwnedDescriptor?
    private var written = 0
    private let directory: String

    /// - Parameter path: the path of the database. Its directory has space for the file.
    init(beside path: String) {
        directory = path.cut(atLast: "/").map { String($0.before) } ?? "."
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
        let file = if let file { file } else { try Spool.make(in: directory) }
        self.file = file
        var offset = 0
        while offset < memory.count {
            let count = unsafe memory.withUnsafeBytes { bytes in
                unsafe write(file.number, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Spool.error() }
            offset += count
        }
        written += memory.count
        memory.removeAll(keepingCapacity: true)
    }

    /// Creates the file and removes its name at once, so that it is always deleted with its descriptor.
    private static func make(in directory: String) throws(DatabaseError) -> OwnedDescriptor {
        let path = "\(directory)/.export-\(UInt64.random(in: 0 ... .max))"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw error() }
        let file = OwnedDescriptor(descriptor)
        guard unsafe unlink(path) == 0 else { throw error() }
        return file
    }

    private static func error() -> DatabaseError {
        unsafe DatabaseError(
            errno == ENOSPC ? .full : .inputOutput, cause: "the export's file: \(String(cString: strerror(errno)))")
    }

    /// Returns fewer bytes than requested only at the end of the file, and none if the file cannot be read.
    static func read(_ file: OwnedDescriptor, at offset: Int, upTo count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let more = unsafe pread(
                    file.number, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if more < 0, errno == EINTR { continue }
                guard more > 0 else { return }
                filled += more
            }
        }
    }
}
