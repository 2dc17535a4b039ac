internal import HTTPMessage

/// The writer of a streamed response; it waits while the client is slower than the producer.
final class StreamedResponse: ResponseWriter, @unchecked Sendable {
    // @unchecked: used on the reactor's thread alone, by the connection and by a task that prefers the reactor.
    // `ReactorConfined` checks that when the machine is used.
    private let machine: ReactorConfined<ConnectionMachine>
    private let isChunked: Bool
    private var waiting: CheckedContinuation<Void, Never>?
    private var isGone = false

    init(_ machine: ReactorConfined<ConnectionMachine>, isChunked: Bool) {
        self.machine = machine
        self.isChunked = isChunked
    }

    func write(_ bytes: [UInt8]) async throws {
        guard !isGone else { throw BodyError.disconnected }
        guard !bytes.isEmpty else { return }
        let machine = machine.value
        if isChunked {
            ResponseSerializer.append(chunk: bytes, to: &machine.output)
        } else {
            machine.output.append(contentsOf: bytes)
        }
        machine.exchange?.written += bytes.count
        machine.resumed()
        while !isGone, machine.pendingOutput >= machine.limits.pendingOutput {
            await withCheckedContinuation { waiting = $0 }
        }
        if isGone { throw BodyError.disconnected }
    }

    func drained() {
        waiting?.resume()
        waiting = nil
    }

    func disconnected() {
        isGone = true
        drained()
    }
}
