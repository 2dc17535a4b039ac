public import Files
internal import Glibc
internal import Text

/// The sources of the values that a configuration file refers to. Tests supply their own.
public struct SettingSources: Sendable {
    /// Returns the value of an environment variable, or nil if it is not set.
    public var environment: @Sendable (_ name: String) -> String?
    /// Returns the whole content of a file of at most `limit` bytes.
    public var file: @Sendable (_ path: String, _ limit: Int) throws(FileFault) -> [UInt8]

    /// Returns the access that users other than its owner have to a file, or nil if they have none.
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

    /// Reads a regular file. Pipes and devices are refused, because opening one could block forever.
    public static func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
        try read(path, limit: limit, isRegular: true)
    }

    /// Reads a file that is named by a command's arguments. It may be a pipe or a device, such as a shell's process
    /// substitution. Blocks until the pipe has a writer, and then until the pipe's end.
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

/// The reason why a file cannot be read, as a short phrase.
public struct FileFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    init(code: Int32) {
        // The text that strerror returns is copied at once.
        description = unsafe String(cString: strerror(code)).asciiLowercased()
    }
}
