internal import Glibc

/// Owner of a file descriptor, which closes with the last reference.
public final class Descriptor: Sendable {
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(_ number: Int32) {
        self.number = number
    }

    deinit {
        // An error of close(2) needs no action; on Linux the number is free in any case.
        _ = Glibc.close(number)
    }

    /// Standard input. Like the other standard descriptors it is never closed, because this reference lasts as long as
    /// the process.
    public static let standardInput = Descriptor(STDIN_FILENO)
    /// Standard output.
    public static let standardOutput = Descriptor(STDOUT_FILENO)
    /// Standard error.
    public static let standardError = Descriptor(STDERR_FILENO)

    /// Opens those of the three standard descriptors that the process was started without. Otherwise a file or
    /// connection opened later would get their numbers, and would be read as input or written to as output.
    ///
    /// Their input is empty, and their output is refused.
    public static func occupyStandard() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is assigned; all lower ones are open already.
            _ = unsafe open("/dev/null", O_RDONLY)
        }
    }

    /// Opens a file with flags of open(2); programs started later do not inherit it.
    ///
    /// - Parameter mode: the permission bits of a new file, reduced by the process's umask.
    static func opening(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        // A C function would read the path only up to a NUL, and open another file.
        guard !path.utf8.contains(0) else { throw SystemError(call: "open", code: EINVAL) }
        // The path is read during the call only.
        return Descriptor(try systemCall("open") { unsafe open(path, flags | O_CLOEXEC, mode) })
    }

    /// Opens a file for reading. Blocks if it is a pipe without a writer.
    public static func reading(_ path: String) throws(SystemError) -> Descriptor { try opening(path, O_RDONLY) }

    /// Creates a file without a name, for its owner only, for writing and reading. It takes space in the file system of
    /// the folder, and is deleted with its descriptor, however the process ends.
    public static func temporary(in folder: String) throws(SystemError) -> Descriptor {
        let path = "\(folder)/.temporary-\(UInt64.random(in: 0 ... .max))"
        let file = try opening(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        // The path is read during the call only.
        _ = try systemCall("unlink") { unsafe unlink(path) }
        return file
    }
}
