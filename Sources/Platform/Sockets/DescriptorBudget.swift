internal import Glibc

/// The process's limit of open descriptors (RLIMIT_NOFILE) and its distribution.
///
/// If connections used all descriptors, the store could not open files and names could not be resolved. A client could
/// stop the process by connecting (descriptor exhaustion).
public struct DescriptorBudget: Sendable, Hashable {
    /// The process's limit.
    public let limit: Int
    /// Number of descriptors already open.
    public let inUse: Int

    public init(limit: Int, inUse: Int) {
        self.limit = limit
        self.inUse = inUse
    }

    /// Raises the process's limit as far as the system allows, and counts the open descriptors.
    public static func raisingLimit() -> DescriptorBudget {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else {
            return DescriptorBudget(limit: 1024, inUse: open(below: 1024))
        }
        let old = limits.rlim_cur
        limits.rlim_cur = limits.rlim_max
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) != 0 { limits.rlim_cur = old }
        let limit = Int(clamping: limits.rlim_cur)
        return DescriptorBudget(limit: limit, inUse: open(below: limit))
    }

    /// The system assigns the lowest free number, so at start-up none is above a few thousand.
    private static func open(below limit: Int) -> Int {
        (0..<Int32(clamping: min(limit, 4096))).count { fcntl($0, F_GETFD) != -1 }
    }

    /// The budget once so many more descriptors are open.
    public func with(_ more: Int) -> DescriptorBudget { DescriptorBudget(limit: limit, inUse: inUse + more) }

    /// Descriptors reserved for the store, the log, name resolution, and requests to other servers.
    public var reserve: Int { min(max(limit / 8, 24), 512) }

    /// The most connections of clients.
    public var connections: Int { max(limit - min(inUse, limit) - reserve, 4) }

    /// The most open connections to other servers: a third of the reserve. The store's readers and name resolution need
    /// the rest.
    public var outboundConnections: Int { reserve / 3 }
}
