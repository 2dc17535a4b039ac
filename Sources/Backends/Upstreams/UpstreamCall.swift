internal import HTTPMessage
internal import HTTPServer
internal import Sockets
internal import Threads

/// A request that is being passed on.
final class UpstreamCall: Sendable {
    /// What changes while the request is passed on, on its reactor.
    final class State {
        private var connection: UpstreamConnection?
        var isCancelled = false
        var wasRepeated = false
        /// The reason why the request's content could not be read.
        var bodyFault: UpstreamFault?

        func use(_ connection: UpstreamConnection) {
            self.connection = connection
            if isCancelled { connection.close() }
        }

        /// Ends the call's hold on its connection, which another request may use next.
        func letGo() { connection = nil }

        func cancel() {
            isCancelled = true
            connection?.close()
            connection = nil
        }
    }

    let body: RequestBody
    let exchange: ForwardedExchange
    let target: UpstreamTarget
    let state: Confined<State>
    private let reactor: Reactor

    init(_ body: RequestBody, _ exchange: ForwardedExchange, _ target: UpstreamTarget, on reactor: Reactor) {
        self.body = body
        self.exchange = exchange
        self.target = target
        self.reactor = reactor
        state = Confined(State(), to: reactor.confinement)
    }

    /// Closes the connection in use, on its reactor.
    func cancel() {
        if reactor.isCurrent { return state.value.cancel() }
        reactor.perform { self.state.value.cancel() }
    }

    /// Sends the request's content as it arrives; if it cannot be read, the connection is closed, so that the upstream
    /// takes no part of it for the whole.
    func upload(to connection: UpstreamConnection, isChunked: Bool, waits: Bool) async {
        let timeout = target.options.timeout
        if waits {
            await connection.untilContinue()
            // A final response may have made the content superfluous.
            if connection.answer.head != nil { return }
        }
        do throws(UpstreamFault) {
            while let bytes = try await nextBytes() {
                guard isChunked else {
                    try await connection.send(bytes, within: timeout)
                    continue
                }
                var chunk: [UInt8] = []
                chunk.reserveCapacity(bytes.count + 16)
                ResponseSerializer.append(chunk: bytes, to: &chunk)
                try await connection.send(chunk, within: timeout)
            }
            if isChunked { try await connection.send(Array("0\r\n\r\n".utf8), within: timeout) }
            connection.finishRequest(within: timeout)
        } catch {
            if state.value.bodyFault == nil, !connection.isClosed { state.value.bodyFault = error }
            connection.close()
        }
    }

    private func nextBytes() async throws(UpstreamFault) -> [UInt8]? {
        do throws(BodyError) {
            return try await body.next()
        } catch {
            switch error {
            case .disconnected: throw .clientGone
            case .tooLarge: throw .bodyTooLarge
            case .fault(let fault): throw .badBody(fault)
            }
        }
    }
}
