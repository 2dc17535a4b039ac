internal import Threads

/// The reader threads, each with its own connection. A thread is started if a read would have to wait for another.
final class Readers: Sendable {
    typealias Read = @Sendable (Result<Connection, DatabaseError>) -> Void

    private struct State {
        var queue: [Read] = []
        var threads: [SystemThread] = []
        var idle = 0
        var isClosed = false
    }

    private let state = Monitor(State())
    private let path: String
    private let limit: Int

    init(path: String, limit: Int) {
        self.path = path
        self.limit = max(1, limit)
    }

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
            state.queue.append(read)
            return nil
        }
        if let fault { read(.failure(fault)) }
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
        var connection: Connection?
        while let read = next() {
            do throws(DatabaseError) {
                let open = if let connection { connection } else { try Connection(path: path, for: .reading) }
                connection = open
                read(.success(open))
            } catch {
                read(.failure(error))
            }
        }
    }

    private func next() -> Read? {
        var isCountedIdle = false
        return state.wait { state -> Read?? in
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
