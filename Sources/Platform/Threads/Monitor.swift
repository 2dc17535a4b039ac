internal import Glibc
public import Time

/// A value under a lock, with threads that wait until the value meets a condition.
///
/// `@unchecked Sendable`: the value is touched only with the mutex held. `@safe`: POSIX requires fixed addresses of
/// both primitives; they are kept until the last reference is gone, and then no thread waits.
@safe public final class Monitor<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    public init(_ value: Value) {
        self.value = value
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Changes the value, and wakes the waiting threads.
    public func change<Result>(_ body: (inout Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_mutex_unlock(mutex)
            unsafe pthread_cond_broadcast(condition)
        }
        return body(&value)
    }

    /// Blocks the calling thread until `body` returns a result.
    ///
    /// - Returns: nil if the deadline passes first.
    public func wait<Result>(until deadline: MonotonicTime? = nil, for body: (inout Value) -> Result?) -> Result? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            if let deadline {
                let rest = deadline.nanoseconds(since: .now())
                guard rest > 0 else { return nil }
                var time = Monitor.conditionTime(after: rest)
                _ = unsafe pthread_cond_timedwait(condition, mutex, &time)
            } else {
                unsafe pthread_cond_wait(condition, mutex)
            }
        }
    }

    /// The condition variable does not support `CLOCK_BOOTTIME`, so the rest of the wait is converted to its clock.
    private static func conditionTime(after nanoseconds: UInt64) -> timespec {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        // A wait ends after a day at most; the caller then repeats it.
        let total = Int(min(nanoseconds, 86_400_000_000_000)) + time.tv_nsec
        time.tv_sec += total / 1_000_000_000
        time.tv_nsec = total % 1_000_000_000
        return time
    }
}
