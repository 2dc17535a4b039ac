internal import Glibc
internal import Time

/// The signals that the process handles, received by one waiting thread.
public enum Signals {
    public enum Signal: Sendable {
        /// SIGHUP: reload the configuration.
        case reload
        /// SIGTERM or SIGINT.
        case terminate
    }

    /// Blocks the signals in all threads; to be called before the first thread starts. SIGPIPE is ignored.
    public static func block() {
        var set = sigset()
        // The set is a local value; both calls fail only for signals that do not exist.
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next signal.
    public static func next() -> Signal {
        var set = sigset()
        var number: Int32 = 0
        while true {
            guard unsafe sigwait(&set, &number) == 0 else { continue }
            return number == SIGHUP ? .reload : .terminate
        }
    }

    /// Waits for SIGTERM or SIGINT, up to a time limit; SIGHUP is ignored while waiting.
    public static func awaitTermination(atMost duration: Duration) {
        let end = MonotonicTime.now() + duration
        var set = sigset()
        while true {
            let nanoseconds = end.nanoseconds(since: .now())
            guard nanoseconds > 0 else { return }
            var rest = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            // Both values are local; an interrupted wait continues.
            let number = unsafe sigtimedwait(&set, nil, &rest)
            if number == SIGTERM || number == SIGINT { return }
        }
    }

    private static func sigset() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGHUP, SIGTERM, SIGINT] { unsafe sigaddset(&set, number) }
        return set
    }
}
