internal import Glibc
internal import Text

/// Functions that read, replace and look for whole files.
public enum FileContent {
    /// The files that may be read.
    public enum Kind: Sendable {
        /// Regular files only. Opening a pipe or a device could block forever.
        case regular
        /// Pipes and devices too, such as a shell's process substitution. Opening a pipe blocks until it has a writer,
        /// and reading it blocks until its end.
        case any
    }

    /// Reads a file.
    ///
    /// - Parameter limit: the most bytes; a longer file is refused.
    public static func read(
        _ path: String, atMost limit: Int, kind: Kind = .regular
    ) throws(FileError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw FileError("its name contains NUL") }
        let content: Result<[UInt8], FileError>
        do throws(SystemError) {
            let file = try Descriptor.opening(path, O_RDONLY | (kind == .regular ? O_NONBLOCK : 0))
            content = try FileContent.content(of: file, atMost: limit, kind: kind)
        } catch {
            throw FileError(error)
        }
        return try content.get()
    }

    /// Returns the content, or the reason why the file is refused.
    private static func content(
        of file: Descriptor, atMost limit: Int, kind: Kind
    ) throws(SystemError) -> Result<[UInt8], FileError> {
        var status = stat()
        // The structure is filled during the call.
        _ = try systemCall("fstat") { unsafe fstat(file.number, &status) }
        let type = status.st_mode & S_IFMT
        if type == S_IFDIR { return .failure(FileError("it is a directory")) }
        if kind == .regular, type != S_IFREG { return .failure(FileError("it is not a regular file")) }
        // A small file needs no large buffer. One byte more than the size shows whether the file has grown.
        let size = Int(status.st_size)
        let step = type == S_IFREG && size > 0 ? min(max(size + 1, 1 << 12), 1 << 16) : 1 << 16
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let more = try file.read(atMost: step)
            if more.isEmpty { return .success(bytes) }
            bytes += more
        }
        return .failure(FileError("it is longer than \(ByteSize(limit))"))
    }

    /// Replaces a file, or creates it. Readers see the old content or the new, never a part.
    ///
    /// - Parameter mode: the permission bits of the file.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(SystemError) {
        let temporary = path + ".new"
        let file = try Descriptor.opening(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.write(bytes)
        // The process's umask may have reduced the mode of the new file.
        _ = try systemCall("fchmod") { fchmod(file.number, mode) }
        // The paths are read during the call only.
        _ = try systemCall("rename") { unsafe rename(temporary, path) }
    }

    /// Creates an empty file unless it exists, which must then be writable.
    ///
    /// - Parameter mode: the permission bits of a new file, reduced by the process's umask.
    public static func create(_ path: String, mode: UInt32) throws(SystemError) {
        _ = try Descriptor.opening(path, O_RDWR | O_CREAT, mode: mode)
    }

    /// Throws the system's reason if a path leads to no file.
    public static func find(_ path: String) throws(SystemError) { try check(path, F_OK) }

    /// Returns true if a path leads to a file of any kind.
    public static func exists(_ path: String) -> Bool { (try? check(path, F_OK)) != nil }

    /// Returns true if the process may read a file.
    public static func isReadable(_ path: String) -> Bool { (try? check(path, R_OK)) != nil }

    private static func check(_ path: String, _ kind: Int32) throws(SystemError) {
        // The path is read during the call only.
        _ = try systemCall("access") { unsafe access(path, kind) }
    }
}
