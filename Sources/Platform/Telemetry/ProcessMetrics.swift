internal import Files
internal import Glibc
internal import Text

/// The kernel's metrics of this process (proc(5)).
public struct ProcessMetrics: Sendable {
    /// Resident memory in bytes.
    public let residentBytes: Int
    public let openDescriptors: Int
    /// CPU time of the process in user and system mode, in seconds.
    public let cpuSeconds: Double

    /// Returns nil if `/proc` is not available.
    public init?() {
        guard let statm = ProcessMetrics.words(of: "/proc/self/statm"), statm.count > 1, let pages = Int(statm[1]),
            let (_, behindName) = ProcessMetrics.text(of: "/proc/self/stat")?.cut(atLast: ")")
        else { return nil }
        // Fields 14 and 15 are user and system time in clock ticks; the name in field 2 may hold spaces.
        let fields = behindName.words(between: " ", "\n")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        openDescriptors = ProcessMetrics.countDescriptors()
    }

    private static func words(of path: String) -> [Substring]? { text(of: path)?.words(between: " ", "\n") }

    private static func text(of path: String) -> String? {
        guard let bytes = try? Descriptor.reading(path).read(atMost: 4096), !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func countDescriptors() -> Int {
        guard let directory = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        // `.`, `..`, and the descriptor that this function has open
        return max(0, count - 3)
    }
}
