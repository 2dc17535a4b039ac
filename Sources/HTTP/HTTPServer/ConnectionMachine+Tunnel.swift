internal import HTTPMessage
internal import Sockets
internal import Threads

extension ConnectionMachine {
    /// Carries octets both ways after the head of a 101. Input that has already arrived is the tunnel's.
    func tunnel(_ carrier: @escaping TunnelCarrier) {
        phase = .answering
        isTunnel = true
        reader = .endless
        let machine = Confined(self, to: reactor.confinement)
        let input = RequestBody(on: reactor, limit: .max)
        input.onDemand { machine.value.resumed() }
        body = input
        let output = StreamedResponse(machine, isChunked: false, confinement: reactor.confinement)
        writer = output
        let end = ClientTunnelEnd(machine, input: input, output: output)
        task = Task.immediate(executorPreference: reactor) {
            let isInOrder = await carrier(end)
            machine.value.tunnelEnded(isInOrder: isInOrder)
        }
    }

    /// Ends the output once it is sent; the client may go on sending.
    func endTunnelOutput() {
        guard isTunnel, phase == .answering else { return }
        endsOutput = true
        resumed()
    }

    /// Handles the end of both directions. After a tunnel's directions have ended one by one, its carrier still delivers
    /// what arrived last; everything else is cut off.
    func hungUp() {
        guard isTunnel, phase == .answering, endsOutput, inputEnded, let exchange else { return disconnected() }
        phase = .closed
        writer?.disconnected()
        self.exchange = nil
        completed(exchange, .switchingProtocols, isCut: false)
        progressed = {}
    }

    private func tunnelEnded(isInOrder: Bool) {
        writer = nil
        guard phase == .answering, let exchange else { return }
        guard isInOrder else {
            // What waits was written before the tunnel was ended; it is not sent any more.
            breakOff()
            return
        }
        body?.finish(.failure(.disconnected))
        body = nil
        self.exchange = nil
        task = nil
        completed(exchange, .switchingProtocols, isCut: false)
        phase = .closing
        resumed()
    }
}
