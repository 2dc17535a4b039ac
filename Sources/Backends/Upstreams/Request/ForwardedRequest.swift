internal import HTTPMessage
internal import Text

/// A request to an upstream, written anew from what was parsed: what the gateway decided on is what the upstream reads.
struct ForwardedRequest {
    /// The head for an address, without what differs between addresses.
    private let start: [UInt8]
    private let rest: [UInt8]
    private let host: String?
    let isToHead: Bool
    /// True if the upstream is asked to switch to WebSocket (RFC 6455, section 4.1). Other protocols are not asked for:
    /// after an upgrade to `h2c` the client could send requests that no rule sees.
    let asksForUpgrade: Bool
    /// True if content follows the head.
    let hasContent: Bool
    let isChunked: Bool
    /// True if the upstream is to say whether it wants the content (RFC 9110, section 10.1.1).
    let awaitsContinue: Bool
    /// True if the request may be sent again, since it had no effect the first time (RFC 9110, section 9.2.1).
    let isRepeatable: Bool
    /// True if a credential in the request is valid for the whole connection.
    let bindsConnection: Bool

    /// - Throws: `methodNotForwarded`, or `badAnswer` if the request came through this gateway too often.
    init(_ request: Request, _ exchange: ForwardedExchange, for target: UpstreamTarget) throws(UpstreamFault) {
        let token = Array(request.methodToken)
        let isRefused = (["TRACE", "CONNECT"] as [StaticString]).contains { token.span.holds($0, in: 0..<token.count) }
        guard !isRefused else { throw .methodNotForwarded }
        isToHead = request.method == .head
        hasContent = request.framing != .none
        isChunked = request.framing == .chunked
        awaitsContinue = request.expectsContinue && hasContent
        isRepeatable = !hasContent && [.get, .head, .options].contains(request.method)
        asksForUpgrade = ForwardedRequest.asksForUpgrade(request)
        let options = target.options
        // The server has checked the field; a host without one is never written as several lines.
        let isLine = exchange.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        host = options.preservesHost && isLine && !exchange.host.isEmpty ? exchange.host : nil

        var start = token
        start.append(0x20)
        start.append(contentsOf: request.target.pathBytes)
        if let query = request.target.queryBytes {
            start.append(UInt8(ascii: "?"))
            start.append(contentsOf: query)
        }
        start.append(contentsOf: " HTTP/1.1\r\nHost: ".utf8)
        self.start = start

        var writer = FieldWriter(request, target)
        guard writer.passesOfGateway < ForwardedRequest.mostPasses else {
            throw .badAnswer("the request has passed the gateway \(writer.passesOfGateway) times")
        }
        bindsConnection = writer.bindsConnection
        writer.fields.append(options.requestFields)
        writer.fields.append(exchange.fields)
        var rest = writer.fields.bytes
        rest.append(contentsOf: ForwardedRequest.framing(request).utf8)
        if awaitsContinue { rest.append(contentsOf: "Expect: 100-continue\r\n".utf8) }
        if asksForUpgrade { rest.append(contentsOf: "Connection: Upgrade\r\nUpgrade: websocket\r\n".utf8) }
        rest.append(contentsOf: "\r\n".utf8)
        self.rest = rest
    }

    /// The octets of the head for an address.
    func head(for address: UpstreamTarget.Address) -> [UInt8] {
        var bytes = start
        bytes.reserveCapacity(start.count + rest.count + 128)
        bytes.append(contentsOf: (host ?? address.authority).utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: rest)
        return bytes
    }

    /// The most entries of this kind in `Via`, beyond which an upstream's address leads back to the gateway.
    private static let mostPasses = 8

    private static func framing(_ request: Request) -> String {
        switch request.framing {
        case .chunked: "Transfer-Encoding: chunked\r\n"
        case .length(let length): "Content-Length: \(length)\r\n"
        // Methods that usually have content state that there is none (RFC 9110, section 8.6).
        case .none: [.post, .put, .patch].contains(request.method) ? "Content-Length: 0\r\n" : ""
        }
    }

    /// An upgrade is asked for by a `GET` without content that names the protocol alone; otherwise the field is ignored,
    /// as RFC 9110, section 7.8, allows.
    private static func asksForUpgrade(_ request: Request) -> Bool {
        guard request.method == .get, request.framing == .none, !request.isVersion10 else { return false }
        let lines = request.fieldLines
        return lines.listsOnly(.upgrade, "websocket") && lines.lists(.connection, "upgrade")
    }
}

/// The writer of the fields that a client's request leaves to the upstream.
private struct FieldWriter {
    var fields = Fields()
    /// How often the request has passed a gateway of this kind, by its `Via`.
    private(set) var passesOfGateway = 0
    private(set) var bindsConnection = false

    init(_ request: Request, _ target: UpstreamTarget) {
        let passesAuthorization = target.options.passesAuthorization
        let lines = request.fieldLines
        let options = lines.tokens(.connection)
        var (fields, via, passes, binds) = (Fields(), [UInt8](), 0, false)
        lines.each { head, name, value in
            guard !ReservedFields.areOfConnection(head, in: name), !ReservedFields.areOfGateway(head, in: name),
                !options.nameField(head, name), !target.states(head, name)
            else { return }
            switch name.count {
            case 3 where head.holds(fieldName: "via", in: name):
                passes += FieldWriter.count(pseudonym, in: head.extracting(value))
                if !via.isEmpty { via.append(contentsOf: ", ".utf8) }
                via.append(copying: head.extracting(value))
                return
            case 4 where head.holds(fieldName: "host", in: name): return
            case 6 where head.holds(fieldName: "expect", in: name): return
            case 6 where head.holds(fieldName: "cookie", in: name):
                let octets = [UInt8](copying: head.extracting(value))
                guard let kept = GatewayCookies.removed(from: octets[...]) else { return }
                let rest = Array(kept)
                fields.append(name: head.extracting(name), value: rest.span)
                return
            case 13 where head.holds(fieldName: "authorization", in: name):
                guard passesAuthorization else { return }
                let octets = [UInt8](copying: head.extracting(value))
                if ConnectionAuthentication.begins(octets[...]) { binds = true }
            default: break
            }
            fields.append(name: head.extracting(name), value: head.extracting(value))
        }
        // A gateway must say that it passed a request on (RFC 9110, section 7.6.3).
        via.append(contentsOf: "\(via.isEmpty ? "" : ", ")\(request.isVersion10 ? "1.0" : "1.1") gatehouse".utf8)
        let name: [UInt8] = Array("Via".utf8)
        fields.append(name: name.span, value: via.span)
        (self.fields, passesOfGateway, bindsConnection) = (fields, passes, binds)
    }

    private static func count(_ word: [UInt8], in value: Span<UInt8>) -> Int {
        guard value.count >= word.count else { return 0 }
        return (0...value.count - word.count).count { start in
            word.indices.allSatisfy { ASCII.lowercased(value[start + $0]) == word[$0] }
        }
    }
}

private let pseudonym: [UInt8] = Array("gatehouse".utf8)

extension [[UInt8]] {
    /// Returns true if one of these connection options, in lower case, names a field. Fields of the end-to-end message
    /// that the gateway itself writes are dropped before; a client cannot drop those that it adds.
    fileprivate func nameField(_ head: Span<UInt8>, _ name: Range<Int>) -> Bool {
        contains { option in
            option.count == name.count
                && option.indices.allSatisfy { option[$0] == ASCII.lowercased(head[name.lowerBound + $0]) }
        }
    }
}

/// Authentication schemes that authenticate a connection instead of a request. A connection used with one serves no
/// other request: it would be made in the first user's name.
enum ConnectionAuthentication {
    private static let schemes = ["ntlm", "negotiate"].map { Array($0.utf8) }

    /// Returns true if a credential or challenge names such a scheme.
    static func begins(_ value: ArraySlice<UInt8>) -> Bool {
        let word = value.prefix { Octet.isToken($0) }.map(ASCII.lowercased)
        return schemes.contains(word)
    }
}
