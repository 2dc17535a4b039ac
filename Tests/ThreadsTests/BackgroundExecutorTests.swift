import Testing
import Time

@testable import Threads

@Suite("Background tasks")
struct BackgroundExecutorTests {
    @Test("a task and its awaited calls run on the executor's own thread")
    func oneThread() async {
        let names = await withCheckedContinuation { continuation in
            Task.inBackground {
                let before = currentThread()
                await withCheckedContinuation { (inner: CheckedContinuation<Void, Never>) in
                    _ = try? SystemThread { inner.resume() }
                }
                continuation.resume(returning: [before, currentThread()])
            }
        }
        let other = await withCheckedContinuation { continuation in
            Task.inBackground { continuation.resume(returning: currentThread()) }
        }
        #expect(Set(names + [other]).count == 1)
    }

    @Test("child tasks stay on the executor")
    func children() async {
        let threads: Set<UInt> = await withCheckedContinuation { continuation in
            Task.inBackground {
                let all = await withTaskGroup(of: UInt.self) { group in
                    for _ in 0..<4 { group.addTask { currentThread() } }
                    return await group.reduce(into: Set([currentThread()])) { $0.insert($1) }
                }
                continuation.resume(returning: all)
            }
        }
        #expect(threads.count == 1)
    }

    @Test("sleepers wake in the order of their deadlines")
    func order() async {
        let woken = Monitor<[Int]>([])
        let tasks = [30, 1, 15].map { milliseconds in
            Task.inBackground {
                try? await Task.pause(for: .milliseconds(milliseconds))
                woken.change { $0.append(milliseconds) }
            }
        }
        for task in tasks { await task.value }
        #expect(woken.change { $0 } == [1, 15, 30])
    }

    @Test("a cancelled sleeper wakes at once, and so does one that is cancelled before it sleeps")
    func cancelled() async {
        // The time is measured on the executor: other tests may keep the pool's threads busy for long.
        let measured = Task.inBackground { () -> UInt64 in
            let began = MonotonicTime.now()
            for cancelsFirst in [true, false] {
                let task = Task.inBackground { () -> Bool in
                    if cancelsFirst { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
                    do {
                        try await Task.pause(for: .seconds(3600))
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                if !cancelsFirst { task.cancel() }
                #expect(await task.value)
            }
            return MonotonicTime.now().nanoseconds(since: began)
        }
        #expect(await measured.value < 60_000_000_000)
    }
}
