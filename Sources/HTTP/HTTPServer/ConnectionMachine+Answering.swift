internal import HTTPMessage
internal import Sockets
internal import Threads
internal import Time

extension ConnectionMachine {
    func begin(_ request: Request) {
        reader = BodyReader(request.framing)
        if reader.isDone { arrivedRequests += 1 }
        let startedAt = MonotonicTime.now()
        let answer =
            isMisdirected(request)
            ? handler.answer(misdirected: request, from: peer, at: turn)
            : handler.answer(request, from: peer, at: turn)
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

    /// Returns true if the connection does not serve the request's host.
    private func isMisdirected(_ request: Request) -> Bool {
        guard let servesHost, let host = request.hostName else { return false }
        return !servesHost(host)
    }

    private func start(_ work: @escaping Answer.Work, limit: Int) {
        phase = .answering
        window.restart(at: turn.monotonic)
        let body = RequestBody(on: reactor, limit: limit)
        self.body = body
        if reader.isDone { body.finish(.success(())) }
        let machine = Confined(self, to: reactor.confinement)
        body.onDemand { machine.value.bodyDemanded() }
        body.onInform { machine.value.inform($0, $1) }
        task = Task.immediate(executorPreference: reactor) {
            let response = await work(body)
            machine.value.workFinished(response)
        }
    }

    private func inform(_ status: Status, _ fields: Fields) {
        // Interim responses wait for the client like other output, and are bounded with it.
        guard phase == .answering, writer == nil, let exchange, !exchange.isVersion10,
            pendingOutput < limits.pendingOutput
        else { return }
        ResponseSerializer.append(interim: status, fields, to: &output)
        resumed()
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
        // While another server's content is passed on, that server may still read the request's body.
        if !response.readsOn || exchange?.isHead == true { endBody() }
        owesContinue = false
        finish(response)
        resumed()
    }

    private func endBody() {
        body?.finish(.failure(.disconnected))
        body = nil
    }

    /// Writes a response to the output and continues with the next step.
    func finish(_ response: Response) {
        guard var exchange else { return }
        if !reader.isDone, (reader.announced ?? .max) > limits.discardedBody { exchange.closes = true }
        if isDraining { exchange.closes = true }
        let serializer = clock.serializer(at: turn)
        let status = response.status
        func append(_ framing: ResponseSerializer.Framing) {
            serializer.append(
                status, response.fields, framing: framing, closes: exchange.closes, statesDate: response.statesDate,
                to: &output)
        }
        switch response.body {
        case .bytes(let content):
            let hasContent = !status.forbidsContent
            append(hasContent ? .length(content.count) : .none)
            if hasContent, !exchange.isHead {
                output.append(contentsOf: content)
                exchange.written = content.count
            }
            end(exchange, status)
        case .stream(let producer):
            let isChunked = !exchange.isVersion10
            if !isChunked { exchange.closes = true }
            append(isChunked ? .chunked : .untilClose)
            guard !exchange.isHead else {
                end(exchange, status)
                return
            }
            self.exchange = exchange
            stream(producer, status, isChunked: isChunked)
        case .forwarded(let content):
            guard let producer = content.producer, !exchange.isHead, !status.forbidsContent else {
                let length = exchange.isHead || status == .notModified ? content.length : 0
                append(status.forbidsContent && status != .notModified ? .none : length.map { .length($0) } ?? .none)
                endBody()
                end(exchange, status)
                return
            }
            let isChunked = content.length == nil && !exchange.isVersion10
            if content.length == nil, !isChunked { exchange.closes = true }
            append(content.length.map { .length($0) } ?? (isChunked ? .chunked : .untilClose))
            exchange.announced = content.length
            exchange.endsByClosing = content.length == nil && !isChunked
            self.exchange = exchange
            stream(producer, status, isChunked: isChunked)
        case .tunnel(let carrier):
            guard status == .switchingProtocols, !exchange.isVersion10, reader.isDone, !exchange.isHead else {
                breakOff()
                return
            }
            exchange.closes = false
            append(.none)
            exchange.closes = true
            self.exchange = exchange
            tunnel(carrier)
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
        endBody()
        guard phase == .answering, let exchange else { return }
        guard isComplete, exchange.announced.map({ $0 == exchange.written }) ?? true else {
            // A partial response must not look complete: the last chunk is omitted, and the connection breaks. One that
            // only the end of the connection completes needs a reset.
            if exchange.endsByClosing { breaksOff = true }
            breakOff()
            return
        }
        if isChunked { output.append(contentsOf: "0\r\n\r\n".utf8) }
        end(exchange, status)
        resumed()
    }

    /// Returns true if so many more bytes are within the announced length.
    func mayWrite(_ count: Int) -> Bool {
        guard let exchange, let announced = exchange.announced else { return true }
        return count <= announced - exchange.written
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

extension Response {
    /// True if the request's body is read while the response is sent.
    fileprivate var readsOn: Bool {
        guard case .forwarded(let content) = body else { return false }
        return content.producer != nil
    }
}
