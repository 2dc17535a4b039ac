internal import HTTPMessage
internal import Threads

/// The writer of a streamed response; it waits while the client is slower than the producer.
final class StreamedResponse: ResponseWriter {
    private final class Progress {
        var waiting: CheckedContinuation<Void, Never>?
        var isGone = false
    }

    private let machine: Confined<ConnectionMachine>
    private let progress: Confined<Progress>
    private let isChunked: Bool

    /// - Parameter confinement: that of the machine.
    init(_ machine: Confined<ConnectionMachine>, isChunked: Bool, confinement: Confinement) {
        self.machine = machine
        progress = Confined(Progress(), to: confinement)
        self.isChunked = isChunked
    }

    func write(_ bytes: [UInt8]) async throws {
        let (machine, progress) = (machine.value, progress.value)
        guard !progress.isGone else { throw BodyError.disconnected }
        guard !bytes.isEmpty else { return }
        // More content than announced would be read as the next response.
        guard machine.mayWrite(bytes.count) else { throw BodyError.tooLarge }
        if isChunked {
            ResponseSerializer.append(chunk: bytes, to: &machine.output)
        } else {
            machine.output.append(contentsOf: bytes)
        }
        machine.exchange?.written += bytes.count
        machine.resumed()
        while !progress.isGone, machine.pendingOutput >= machine.limits.pendingOutput {
            await withCheckedContinuation { progress.waiting = $0 }
        }
        if progress.isGone { throw BodyError.disconnected }
    }

    /// Resumes the producer, because there is room for output.
    func drained() {
        let progress = progress.value
        progress.waiting?.resume()
        progress.waiting = nil
    }

    /// Ends the stream with an error, because the connection broke.
    func disconnected() {
        progress.value.isGone = true
        drained()
    }
}
