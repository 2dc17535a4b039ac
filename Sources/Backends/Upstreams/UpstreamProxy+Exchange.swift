internal import HTTPMessage
internal import HTTPServer
internal import Sockets
internal import Threads
internal import Time

extension UpstreamProxy {
    /// Sends a request on a connection and returns the response.
    func exchange(
        _ call: UpstreamCall, _ request: ForwardedRequest, on connection: UpstreamConnection
    ) async throws(UpstreamFault) -> Response {
        let timeout = call.target.options.timeout
        call.state.value.use(connection)
        // The client may have gone while the connection was chosen.
        guard !call.state.value.isCancelled else { throw .clientGone }
        connection.begin(AnswerReader(toHead: request.isToHead, asksForUpgrade: request.asksForUpgrade))
        connection.write(request.head(for: connection.lane.address))
        if request.hasContent {
            let (call, connection) = (call, Confined(connection, to: reactor.confinement))
            let (isChunked, waits) = (request.isChunked, request.awaitsContinue)
            Task.immediate(executorPreference: reactor) {
                await call.upload(to: connection.value, isChunked: isChunked, waits: waits)
            }
        } else {
            connection.finishRequest(within: timeout)
        }
        while connection.answer.head == nil {
            let interim: [AnswerHead]
            do throws(UpstreamFault) {
                interim = try await connection.nextHead()
            } catch {
                throw call.state.value.bodyFault ?? error
            }
            for head in interim { call.body.inform(head.status, head.forwardedFields(requestID: nil)) }
        }
        guard let head = connection.answer.head else { throw .clientGone }
        if let fault = call.state.value.bodyFault { throw fault }
        connection.lane.succeeded()
        return respond(call, head, connection, bindsConnection: request.bindsConnection)
    }

    private func respond(
        _ call: UpstreamCall, _ head: AnswerHead, _ connection: UpstreamConnection, bindsConnection: Bool
    ) -> Response {
        if connection.answer.isUpgraded { return upgraded(call, head, connection) }
        let fields = head.forwardedFields(requestID: call.exchange.requestID)
        let bindsConnection = bindsConnection || head.asksToBindConnection
        var response: Response
        if connection.hasAllContent {
            let content = connection.takeContent()
            call.state.value.letGo()
            bindsConnection ? connection.close() : connection.release()
            if head.framing == .none {
                response = Response(
                    head.status, fields: fields, forwarding: ForwardedContent(length: head.statedLength, producer: nil))
            } else {
                response = Response(head.status, fields: fields, body: content)
            }
        } else {
            let length: Int? = if case .length(let length) = head.framing { length } else { nil }
            let relay = AnswerRelay(
                connection, call, isEventStream: head.isEventStream, bindsConnection: bindsConnection,
                in: upgradedConnections, on: reactor)
            response = Response(
                head.status, fields: fields,
                forwarding: ForwardedContent(length: length) { writer in try await relay.run(writer) })
        }
        response.statesDate = head.hasDate
        return response
    }

    private func upgraded(_ call: UpstreamCall, _ head: AnswerHead, _ connection: UpstreamConnection) -> Response {
        var fields = Fields()
        if let name = FieldName("Connection"), let upgrade = FieldName("Upgrade") {
            fields = Fields([(name, "Upgrade"), (upgrade, "websocket")])
        }
        fields.append(head.forwardedFields(requestID: call.exchange.requestID))
        let tunnel = UpstreamTunnel(
            connection, idle: call.target.options.upgradeIdle, in: upgradedConnections, on: reactor,
            isStillPermitted: call.exchange.isStillPermitted)
        let relay = TunnelRelay(tunnel, on: reactor)
        var response = Response(switchingProtocols: fields) { client in await relay.run(client) }
        response.statesDate = head.hasDate
        return response
    }
}
