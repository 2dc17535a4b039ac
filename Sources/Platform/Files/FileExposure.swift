internal import Glibc

/// What users other than a file's owner may do with it (inode(7)).
public struct FileExposure: Sendable, Hashable, CustomStringConvertible {
    /// The nine permission bits.
    let mode: UInt32

    /// Returns nil if only the owner may read and write the file.
    public init?(mode: UInt32) {
        guard mode & 0o066 != 0 else { return nil }
        self.mode = mode & 0o777
    }

    /// Checks a file of this machine. Returns nil also if the file does not exist; reading it reports that.
    public static func of(_ path: String) -> FileExposure? {
        var status = stat()
        // The call reads the path, fills the structure, and keeps neither.
        guard unsafe fstatat(AT_FDCWD, path, &status, 0) == 0 else { return nil }
        return FileExposure(mode: status.st_mode)
    }

    /// `can be read by every user (mode 0644)`.
    public var description: String {
        let users = mode & 0o006 != 0 ? "every user" : "its group"
        let bits = mode & 0o006 != 0 ? mode : mode >> 3
        let verb = bits & 0o002 == 0 ? "read" : bits & 0o004 == 0 ? "written" : "read and written"
        return "can be \(verb) by \(users) (mode 0\(String(mode, radix: 8)))"
    }
}
