internal import Glibc

/// The signals that the process answers to, taken by one thread that waits for them.
public enum Signals {
    public enum Signal: Sendable {
        /// SIGHUP: read the configuration anew.
        case reload
        /// SIGTERM or SIGINT.
        case terminate
    }

    /// Keeps the signals from interrupting any thread; to be called before the first is started. SIGPIPE is ignored.
    public static func block() {
        var set = sigset()
        // The set is a value of our own; both calls fail only for signals that do not exist.
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next one.
    public static func next() -> Signal {
        var set = sigset()
        var number: Int32 = 0
        while true {
            guard unsafe sigwait(&set, &number) == 0 else { continue }
            return number == SIGHUP ? .reload : .terminate
        }
    }

    private static func sigset() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGHUP, SIGTERM, SIGINT] { unsafe sigaddset(&set, number) }
        return set
    }
}
