internal import HTTPMessage

/// Fuzzes consecutive requests with bodies on one connection.
///
/// Every split of the bytes yields equal requests, or an equal fault. No field contains a line break or NUL.
func fuzzRequest(_ bytes: [UInt8]) {
    let whole = Reading(bytes, pieces: [bytes.count])
    var cuts = Cuts(of: bytes)
    var lengths: [Int] = []
    var total = 0
    while total < bytes.count {
        lengths.append(cuts.nextLength(upTo: 512))
        total += lengths[lengths.count - 1]
    }
    promise(Reading(bytes, pieces: lengths) == whole, "a connection's pieces do not change its requests")
    if bytes.count <= 256 {
        let single = Array(repeating: 1, count: bytes.count)
        promise(Reading(bytes, pieces: single) == whole, "a connection's bytes one by one do not change its requests")
    }
}

/// The requests of a connection until its end or its first fault.
private struct Reading: Equatable {
    var requests: [Seen] = []
    var bodies: [[UInt8]] = []
    var fault: ProtocolError?
    /// Number of bytes outside complete requests and bodies.
    var rest = 0

    /// The maximum number of requests. A few reveal as much as many.
    private static let requestLimit = 8

    init(_ bytes: [UInt8], pieces: [Int]) {
        var connection = Connection()
        var position = 0
        do throws(ProtocolError) {
            for piece in pieces {
                let end = min(bytes.count, position + piece)
                connection.buffer += bytes[position..<end]
                position = end
                while requests.count < Reading.requestLimit, try connection.advance(&self) {}
            }
        } catch {
            fault = error
        }
        rest = fault == nil && requests.count < Reading.requestLimit ? connection.buffer.count : 0
    }
}

private struct Connection {
    var buffer: [UInt8] = []
    private var parser = RequestParser()
    private var body: Body?

    private enum Body {
        case length(Int)
        case chunked(ChunkedDecoder)
    }

    /// Performs one step. Returns false if more bytes are needed.
    mutating func advance(_ reading: inout Reading) throws(ProtocolError) -> Bool {
        switch body {
        case nil:
            let bytes = buffer
            guard let request = try parser.parse(bytes.span) else { return false }
            promise((1...buffer.count).contains(parser.consumed), "a head is made of the buffer's bytes")
            buffer.removeFirst(parser.consumed)
            parser = RequestParser()
            reading.requests.append(Seen(request))
            reading.bodies.append([])
            switch request.framing {
            case .none: break
            case .length(let length): body = .length(length)
            case .chunked: body = .chunked(ChunkedDecoder())
            }
            return true
        case .length(let length):
            guard !buffer.isEmpty else { return false }
            let count = min(length, buffer.count)
            reading.bodies[reading.bodies.count - 1] += buffer[..<count]
            buffer.removeFirst(count)
            body = count == length ? nil : .length(length - count)
            return true
        case .chunked(var decoder):
            let last = reading.bodies.count - 1
            let before = reading.bodies[last].count
            let used = try decoder.decode(buffer.span, into: &reading.bodies[last], limit: 64)
            promise(reading.bodies[last].count - before <= 64, "no more content is decoded than there is room for")
            promise((0...buffer.count).contains(used), "a decoder uses the buffer's bytes")
            buffer.removeFirst(used)
            body = decoder.isDone ? nil : .chunked(decoder)
            return used > 0
        }
    }
}

/// All properties of a request.
private struct Seen: Equatable {
    let method: Method
    let target: Target
    let segments: [String]?
    let query: [[String]]?
    let framing: Request.Framing
    let flags: [Bool]
    let fields: [[String]]
    let type: String
    let isJSON: Bool?

    private static let names: [FieldName] = [
        .accept, .authorization, .connection, .contentLength, .contentType, .expect, .forwardedFor, .host,
        .ifNoneMatch, .requestID, .transferEncoding,
    ]

    init(_ request: Request) {
        method = request.method
        target = request.target
        segments = target.segments
        query = target.queryItems.map { $0.map { [$0.name, $0.value] } }
        framing = request.framing
        flags = [request.isVersion10, request.keepsAlive, request.expectsContinue]
        fields = Seen.names.map(request.fields)
        type = request.preferredType(among: ["application/json", "text/csv"])
        isJSON = request.hasContentType("application/json")
        for (name, values) in zip(Seen.names, fields) {
            promise(values.count == request.count(of: name), "fields are counted as they are listed")
            for value in values {
                promise(!value.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "a field is one line")
            }
        }
        promise(request.isVersion10 || request.count(of: .host) == 1, "a request names one host")
        promise(!(segments ?? []).contains { $0 == "." || $0 == ".." }, "no segment leads upwards")
        let tag = EntityTag("a1")
        if let value = request.list(.ifNoneMatch) {
            promise(
                !tag.isNamed(byIfNoneMatch: value) || !Preconditions(request).permitWrite(of: tag, exists: true),
                "no write goes on that must not find the tag that it finds")
        }
    }
}
