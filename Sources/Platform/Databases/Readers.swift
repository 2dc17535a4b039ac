internal import Threads
internal import Time

/// The reader threads, each with its own connection. A thread is started if a read would have to wait for another.
final class Readers: Sendable {
    /// Runs on a connection, or fails if there is none. Returns false, without an answer, if the connection was lost and
    /// `isLast` is false: it is called again with another connection then.
    typealias Read = @Sendable (_ connection: Result<any Connection, DatabaseError>, _ isLast: Bool) -> Bool

    private struct State {
        var queue: [(read: Read, since: MonotonicTime)] = []
        var threads: [SystemThread] = []
        var idle = 0
        var isClosed = false
    }

    /// The longest wait of a read before a connection is made for it.
    private static let longestWait: Duration = .seconds(7)

    private let state = Monitor(State())
    private let engine: any Engine
    private let limit: Int

    init(_ engine: any Engine, limit: Int) {
        self.engine = engine
        self.limit = max(1, limit)
    }

    /// The threads, and how many of them wait for work.
    var counts: (threads: Int, idle: Int) { state.change { ($0.threads.count, $0.idle) } }

    func submit(_ read: @escaping Read) {
        let fault = state.change { state -> DatabaseError? in
            guard !state.isClosed else { return DatabaseError(.closed, cause: "the store is closed") }
            if state.idle <= state.queue.count, state.threads.count < limit {
                do throws(DatabaseError) {
                    state.threads.append(try SystemThread.forStore { [self] in run() })
                } catch {
                    if state.threads.isEmpty { return error }
                }
            }
            state.queue.append((read, .now()))
            return nil
        }
        if let fault { _ = read(.failure(fault), true) }
    }

    /// Finishes queued reads, then ends the threads.
    func close() {
        let threads = state.change { state in
            state.isClosed = true
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    private func run() {
        var connection: (any Connection)?
        while let (read, since) = next() {
            if let open = connection {
                if perform(read, on: &connection, open, isLast: false) { continue }
                engine.awaitReconnection()
            }
            do throws(DatabaseError) {
                if since + Readers.longestWait < .now() {
                    throw DatabaseError(.unreachable, cause: "the connections have waited for the server for long")
                }
                let open = try engine.connect(for: .reading)
                connection = open
                _ = perform(read, on: &connection, open, isLast: true)
            } catch {
                _ = read(.failure(error), true)
            }
        }
    }

    private func perform(
        _ read: Read, on connection: inout (any Connection)?, _ open: any Connection, isLast: Bool
    ) -> Bool {
        defer { if !open.isUsable { connection = nil } }
        return read(.success(open), isLast)
    }

    private func next() -> (Read, MonotonicTime)? {
        var isCountedIdle = false
        return state.wait { state -> (Read, MonotonicTime)?? in
            if state.queue.isEmpty, !state.isClosed {
                if !isCountedIdle { state.idle += 1 }
                isCountedIdle = true
                return nil
            }
            if isCountedIdle { state.idle -= 1 }
            return .some(state.queue.isEmpty ? nil : state.queue.removeFirst())
        } ?? nil
    }
}
