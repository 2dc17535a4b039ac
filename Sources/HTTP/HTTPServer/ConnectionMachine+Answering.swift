internal import HTTPMessage
internal import Sockets
internal import Threads
internal import Time

extension ConnectionMachine {
    func begin(_ request: Request) {
        reader = BodyReader(request.framing)
        if reader.isDone { arrivedRequests += 1 }
        let startedAt = MonotonicTime.now()
        let answer = handler.answer(request, from: peer, at: turn)
        exchange = Exchange(
            isHead: request.method == .head, isVersion10: request.isVersion10, startedAt: startedAt,
            context: answer.context, closes: !request.keepsAlive || isDraining)
        switch answer.kind {
        case .now(let response):
            // A client that waits for `100 Continue` may send the body or not, so only closing separates the next
            // request.
            if !reader.isDone, request.expectsContinue { exchange?.closes = true }
            finish(response)
        case .later(let limit, let work):
            if let announced = reader.announced, announced > limit {
                exchange = nil
                refuse(.bodyTooLarge)
                return
            }
            owesContinue = request.expectsContinue
            start(work, limit: limit)
        }
    }

    private func start(_ work: @escaping Answer.Work, limit: Int) {
        phase = .answering
        window.restart(at: turn.monotonic)
        let body = RequestBody(on: reactor, limit: limit)
        self.body = body
        if reader.isDone { body.finish(.success(())) }
        let machine = Confined(self, to: reactor.confinement)
        body.onDemand { machine.value.bodyDemanded() }
        task = Task.immediate(executorPreference: reactor) {
            let response = await work(body)
            machine.value.workFinished(response)
        }
    }

    private func bodyDemanded() {
        guard phase == .answering else { return }
        if owesContinue {
            owesContinue = false
            if !reader.isDone { output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        }
        // Time that passed while the slot was full does not count against the client.
        if window.start + limits.progress.window <= reactor.turn.monotonic {
            window.restart(at: reactor.turn.monotonic)
        }
        resumed()
    }

    private func workFinished(_ response: Response) {
        guard phase == .answering, exchange != nil else { return }
        if !reader.isDone, owesContinue { exchange?.closes = true }
        body?.finish(.failure(.disconnected))
        body = nil
        owesContinue = false
        finish(response)
        resumed()
    }

    /// Writes a response to the output and continues with the next step.
    func finish(_ response: Response) {
        guard var exchange else { return }
        if !reader.isDone, (reader.announced ?? .max) > limits.discardedBody { exchange.closes = true }
        if isDraining { exchange.closes = true }
        let serializer = clock.serializer(at: turn)
        let status = response.status
        switch response.body {
        case .bytes(let content):
            let hasContent = !status.forbidsContent
            serializer.append(
                status, response.fields, framing: hasContent ? .length(content.count) : .none, closes: exchange.closes,
                to: &output)
            if hasContent, !exchange.isHead {
                output.append(contentsOf: content)
                exchange.written = content.count
            }
            end(exchange, status)
        case .stream(let producer):
            let isChunked = !exchange.isVersion10
            if !isChunked { exchange.closes = true }
            serializer.append(
                status, response.fields, framing: isChunked ? .chunked : .untilClose, closes: exchange.closes,
                to: &output)
            guard !exchange.isHead else {
                end(exchange, status)
                return
            }
            self.exchange = exchange
            stream(producer, status, isChunked: isChunked)
        }
    }

    private func stream(_ producer: @escaping Response.Producer, _ status: Status, isChunked: Bool) {
        phase = .answering
        let machine = Confined(self, to: reactor.confinement)
        let writer = StreamedResponse(machine, isChunked: isChunked, confinement: reactor.confinement)
        self.writer = writer
        task = Task.immediate(executorPreference: reactor) {
            let isComplete: Bool
            do {
                try await producer(writer)
                isComplete = true
            } catch {
                isComplete = false
            }
            machine.value.streamFinished(status, isChunked: isChunked, isComplete: isComplete)
        }
    }

    private func streamFinished(_ status: Status, isChunked: Bool, isComplete: Bool) {
        writer = nil
        guard phase == .answering, let exchange else { return }
        guard isComplete else {
            // A partial response must not look complete: the last chunk is omitted, and the connection breaks.
            disconnected()
            resumed()
            return
        }
        if isChunked { output.append(contentsOf: "0\r\n\r\n".utf8) }
        end(exchange, status)
        resumed()
    }

    private func end(_ exchange: Exchange, _ status: Status) {
        self.exchange = nil
        task = nil
        completed(exchange, status, isCut: false)
        if exchange.closes {
            phase = .closing
        } else if !reader.isDone {
            phase = .discarding
            window.restart(at: turn.monotonic)
        } else {
            readyForNext()
        }
    }

    func completed(_ exchange: Exchange, _ status: Status = Status(499), isCut: Bool) {
        handler.completed(
            CompletedExchange(
                status: status, contentBytes: exchange.written,
                nanoseconds: MonotonicTime.now().nanoseconds(since: exchange.startedAt), wasCutShort: isCut,
                context: exchange.context, turn: turn))
    }
}
