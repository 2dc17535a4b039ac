public import Files
internal import TimeZones

/// The sources of the values that a configuration file refers to. Tests supply their own.
public struct SettingSources: Sendable {
    /// Returns the value of an environment variable, or nil if it is not set.
    public var environment: @Sendable (_ name: String) -> String?
    /// Returns the whole content of a file of at most `limit` bytes.
    public var file: @Sendable (_ path: String, _ limit: Int) throws(FileError) -> [UInt8]

    /// Returns the access that users other than its owner have to a file, or nil if they have none.
    public var exposure: @Sendable (_ path: String) -> FileExposure?

    /// Returns true if the system has a time zone database.
    public var hasTimeZones: @Sendable () -> Bool = { TimeZoneDatabase().isComplete }

    public init(
        environment: @escaping @Sendable (_ name: String) -> String?,
        file: @escaping @Sendable (_ path: String, _ limit: Int) throws(FileError) -> [UInt8] = SettingSources.read,
        exposure: @escaping @Sendable (_ path: String) -> FileExposure? = FileExposure.of
    ) {
        self.environment = environment
        self.file = file
        self.exposure = exposure
    }

    /// Reads a regular file of at most `limit` bytes. Pipes and devices are refused, because opening one could block
    /// forever.
    public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        try FileContent.read(path, atMost: limit)
    }

    /// Reads a file that a command's arguments name. It may be a pipe or a device, such as a shell's process
    /// substitution. Blocks until the pipe has a writer, and until its end.
    public static func readArgument(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        try FileContent.read(path, atMost: limit, kind: .any)
    }
}
