public import HTTPMessage
internal import Text

/// An incremental reader of an upstream's response: interim heads, the final head, then content. Pure: octets in, heads
/// and content out. An upstream is not trusted: everything ambiguous is a fault.
public struct AnswerReader {
    /// The most interim responses before a final one.
    public static let mostInterim = 16
    /// The most octets of all heads.
    static let mostHeadOctets = 64 << 10

    /// The final head, once it has arrived.
    public private(set) var head: AnswerHead?
    /// Interim heads to pass on.
    public private(set) var interim: [AnswerHead] = []
    /// True once the upstream asked for the content, or answered without it.
    public private(set) var continues = false
    /// True if the response has arrived completely.
    public private(set) var isComplete = false
    /// True if octets follow the response, which no request asked for.
    public private(set) var hasExcess = false
    /// True if any octet has arrived.
    public private(set) var hasBegun = false
    /// True after the upstream switched protocols: all further octets are the other protocol's.
    public private(set) var isUpgraded = false

    private let isToHead: Bool
    private let asksForUpgrade: Bool
    private var parser: AnswerParser
    private var buffer: [UInt8] = []
    private var headOctets = 0
    private var interimCount = 0
    private var remaining = 0
    private var chunks = ChunkedDecoder()

    /// - Parameters:
    ///   - isToHead: true if the request was a `HEAD`.
    ///   - asksForUpgrade: true if the request asked to switch to WebSocket.
    public init(toHead isToHead: Bool, asksForUpgrade: Bool) {
        self.isToHead = isToHead
        // A HEAD has no response with content, and what follows a switch would be passed on as such.
        self.asksForUpgrade = asksForUpgrade && !isToHead
        parser = AnswerParser(toHead: isToHead)
    }

    /// True if the connection may serve another request after this one.
    public var leavesConnectionUsable: Bool {
        isComplete && !hasExcess && !isUpgraded && head?.keepsAlive == true
    }

    /// Returns the interim heads that arrived since the last call.
    mutating func takeInterim() -> [AnswerHead] {
        defer { interim = [] }
        return interim
    }

    /// Consumes octets, and appends the content among them to `content`.
    public mutating func take(_ octets: Span<UInt8>, into content: inout [UInt8]) throws(UpstreamFault) {
        guard !octets.isEmpty else { return }
        hasBegun = true
        guard head == nil else { return try takeContent(octets, into: &content) }
        buffer.append(copying: octets)
        while head == nil {
            let held = buffer
            var parser = parser
            let found: AnswerHead?
            do throws(ProtocolError) {
                found = try parser.parse(held.span)
            } catch {
                throw .badAnswer(error.rawValue)
            }
            self.parser = parser
            guard headOctets + (found == nil ? held.count : parser.consumed) <= AnswerReader.mostHeadOctets else {
                throw .badAnswer("the heads of the response are too long")
            }
            guard let found else { return }
            headOctets += parser.consumed
            self.parser = AnswerParser(toHead: isToHead)
            let rest = Array(held[parser.consumed...])
            buffer = []
            try take(found)
            if head == nil {
                buffer = rest
                if rest.isEmpty { return }
            } else {
                try takeContent(rest.span, into: &content)
            }
        }
    }

    private mutating func take(_ found: AnswerHead) throws(UpstreamFault) {
        guard found.status.code >= 200 || found.status == .switchingProtocols else {
            interimCount += 1
            guard interimCount <= AnswerReader.mostInterim else { throw .badAnswer("there are too many 1xx responses") }
            continues = true
            if found.status.code != 100 { interim.append(found) }
            return
        }
        continues = true
        if found.status == .switchingProtocols {
            guard asksForUpgrade, found.fieldLines.listsOnly(.upgrade, "websocket"),
                found.fieldLines.lists(.connection, "upgrade")
            else { throw .badAnswer("the upstream switched to a protocol that was not asked for") }
            isUpgraded = true
        }
        head = found
        switch found.framing {
        case .none: isComplete = !isUpgraded
        case .length(let length): remaining = length
        case .chunked, .untilClose: break
        }
    }

    private mutating func takeContent(_ octets: Span<UInt8>, into content: inout [UInt8]) throws(UpstreamFault) {
        guard !octets.isEmpty else { return }
        if isUpgraded {
            content.append(copying: octets)
            return
        }
        guard !isComplete else {
            hasExcess = true
            return
        }
        switch head?.framing {
        case .length:
            let count = min(remaining, octets.count)
            content.append(copying: octets.extracting(0..<count))
            remaining -= count
            isComplete = remaining == 0
            hasExcess = count < octets.count
        case .chunked:
            do throws(ProtocolError) {
                let used = try chunks.decode(octets, into: &content, limit: .max)
                isComplete = chunks.isDone
                hasExcess = used < octets.count
            } catch {
                throw .badAnswer(error.rawValue)
            }
        case .untilClose: content.append(copying: octets)
        case .some(.none), nil: hasExcess = true
        }
    }

    /// Handles the end of the connection: it completes a response that has no other end, and is a fault in all others.
    ///
    /// - Parameter isBroken: true if the connection was lost instead of ended.
    public mutating func end(isBroken: Bool) throws(UpstreamFault) {
        guard !isComplete else { return }
        if isUpgraded || head?.framing == .untilClose, !isBroken {
            isComplete = true
            return
        }
        guard head == nil else { throw .badAnswer("the connection ended before the response was complete") }
        throw hasBegun
            ? .badAnswer("the connection ended within the response's head")
            : .unreachable("the connection ended before a response")
    }
}
