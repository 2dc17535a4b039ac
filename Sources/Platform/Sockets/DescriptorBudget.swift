internal import Glibc

/// The descriptors that the process may open (RLIMIT_NOFILE), and how they are shared out.
///
/// If all of them went to connections, the store could open no file, names could not be resolved and nothing could be
/// accepted: a client could stop the process by connecting.
public struct DescriptorBudget: Sendable, Hashable {
    /// The process's limit.
    public let limit: Int
    /// Descriptors that are open already.
    public let inUse: Int

    public init(limit: Int, inUse: Int) {
        self.limit = limit
        self.inUse = inUse
    }

    /// Raises the process's limit as far as the system allows, and counts what is open.
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

    /// Numbers are given out from the lowest, so that a start-up has none above a few thousand.
    private static func open(below limit: Int) -> Int {
        (0..<Int32(clamping: min(limit, 4096))).count { fcntl($0, F_GETFD) != -1 }
    }

    /// The budget once so many more descriptors are open.
    public func with(_ more: Int) -> DescriptorBudget { DescriptorBudget(limit: limit, inUse: inUse + more) }

    /// What stays free for the store, the log, name resolution, and requests to other servers.
    public var reserve: Int { min(max(limit / 8, 24), 512) }

    /// How many connections clients may have in all.
    public var connections: Int { max(limit - min(inUse, limit) - reserve, 4) }

    /// How many connections to other servers may be open: a third of the reserve; the store's readers and name
    /// resolution need the rest.
    public var outboundConnections: Int { reserve / 3 }
}
