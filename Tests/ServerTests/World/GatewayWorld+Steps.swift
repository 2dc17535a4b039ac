import Sockets
import Synchronization

@testable import Server

extension GatewayWorld {
    /// The longest step of the reactor while a request is answered, in CPU time.
    func longestStep(of request: () async throws -> TestAnswer) async throws -> Duration {
        let longest = LongestStep()
        let reactor = reactor
        func watch(_ isOn: Bool) async {
            await withCheckedContinuation { continuation in
                reactor.perform {
                    reactor.stepWatch =
                        isOn ? StepWatch(longerThan: .zero) { _, time in longest.raise(to: time) } : nil
                    continuation.resume()
                }
            }
        }
        await watch(true)
        _ = try await request()
        await watch(false)
        return longest.value
    }
}

private final class LongestStep: Sendable {
    private let longest = Mutex(Duration.zero)

    var value: Duration { longest.withLock { $0 } }

    func raise(to time: Duration) { longest.withLock { $0 = max($0, time) } }
}
