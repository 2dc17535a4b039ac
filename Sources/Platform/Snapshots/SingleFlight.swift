internal import Synchronization
internal import Threads

/// Work that several ask for and one does: whoever asks while it is under way waits for the same answer.
///
/// The work runs in a task of its own, so that it goes on when the one who asked first is gone.
public final class SingleFlight<Value: Sendable>: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Value, Never>]?>(nil)

    public init() {}

    /// Whether the work is under way.
    public var isUnderWay: Bool { waiting.withLock { $0 != nil } }

    public func run(_ work: @escaping @Sendable () async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                defer { waiting = (waiting ?? []) + [continuation] }
                return waiting == nil
            }
            guard isFirst else { return }
            Task.inBackground {
                let value = await work()
                let all = self.waiting.withLock { waiting in
                    defer { waiting = nil }
                    return waiting ?? []
                }
                for continuation in all { continuation.resume(returning: value) }
            }
        }
    }
}
