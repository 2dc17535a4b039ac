public import Files
internal import Glibc
internal import Text

/// Where the things come from that a configuration file points to. Tests give their own.
public struct SettingSources: Sendable {
    /// The value of an environment variable.
    public var environment: @Sendable (_ name: String) -> String?
    /// The whole content of a file of at most `limit` bytes.
    public var file: @Sendable (_ path: String, _ limit: Int) throws(FileFault) -> [UInt8]

    /// What users other than its owner may do with a file; nil if nothing.
    public var exposure: @Sendable (_ path: String) -> FileExposure?

    public init(
        environment: @escaping @Sendable (_ name: String) -> String?,
        file: @escaping @Sendable (_ path: String, _ limit: Int) throws(FileFault) -> [UInt8] = SettingSources.read,
        exposure: @escaping @Sendable (_ path: String) -> FileExposure? = FileExposure.of
    ) {
        self.environment = environment
        self.file = file
        self.exposure = exposure
    }

    /// Reads a regular file of this machine. Pipes and devices are refused: opening one could wait for ever.
    public static func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
        try read(path, limit: limit, isRegular: true)
    }

    /// Reads a file that a command's words name: also a pipe or a device, such as the process substitution of a shell.
    /// Waits until the pipe has a writer, and for all that it writes.
    public static func readArgument(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
        try read(path, limit: limit, isRegular: false)
    }

    private static func read(_ path: String, limit: Int, isRegular: Bool) throws(FileFault) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw FileFault("its name contains NUL") }
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | (isRegular ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { throw FileFault(code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileFault(code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileFault("it is a directory") }
        guard !isRegular || status.st_mode & S_IFMT == S_IFREG else { throw FileFault("it is not a regular file") }
        var bytes: [UInt8] = []
        var buffer = Array(repeating: UInt8(0), count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFault(code: errno) }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw FileFault("it is longer than \(ByteSize(limit))") }
        }
    }
}

/// Why a file cannot be read, in a few words.
public struct FileFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    init(code: Int32) {
        // strerror returns a text of its own, which is copied at once.
        description = unsafe String(cString: strerror(code)).asciiLowercased()
    }
}
