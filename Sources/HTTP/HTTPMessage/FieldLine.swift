internal import Text

/// The ranges of a field line, used for heads and for the trailers of a chunked body.
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    init(_ buffer: Span<UInt8>, _ line: Range<Int>) throws(ProtocolError) {
        var index = line.lowerBound
        while index < line.upperBound, Octet.isToken(buffer[index]) { index &+= 1 }
        guard index > line.lowerBound, index < line.upperBound, buffer[index] == UInt8(ascii: ":") else {
            throw .invalidField
        }
        name = line.lowerBound..<index
        var start = index + 1
        var end = line.upperBound
        while start < end, buffer[start] == 0x20 || buffer[start] == 0x09 { start &+= 1 }
        while end > start, buffer[end - 1] == 0x20 || buffer[end - 1] == 0x09 { end &-= 1 }
        value = start..<end
        // field-value = *( field-vchar / SP / HTAB ) (RFC 9110, section 5.5)
        guard buffer.holdsNoControls(in: value) else { throw .invalidField }
    }

    /// - Parameter text: a name in lower case.
    func isNamed(_ text: StaticString, in buffer: Span<UInt8>) -> Bool {
        buffer.holds(lowercased: text, in: name)
    }

    /// - Parameter text: a value in lower case; its letters are compared without regard to case.
    func valueIs(_ text: StaticString, in buffer: Span<UInt8>) -> Bool {
        buffer.holds(lowercased: text, in: value)
    }
}

/// The fields of a head that decide its framing and the connection's use.
struct FramingFields: Sendable {
    var hosts = 0
    var host: Range<Int>?
    var asksToClose = false
    var expectsContinue = false
    private var contentLength: Int?
    private var isChunked = false

    /// The stated length, even zero; nil if there is none.
    var statedLength: Int? { contentLength }

    /// True if a length was stated, even zero.
    var hasLength: Bool { contentLength != nil }

    mutating func consider(_ field: FieldLine, in buffer: Span<UInt8>) throws(ProtocolError) {
        switch field.name.count {
        case 4 where field.isNamed("host", in: buffer):
            hosts += 1
            guard hosts == 1, HostGrammar.matches(buffer.extracting(field.value)) else { throw .invalidHost }
            host = field.value
        case 6 where field.isNamed("expect", in: buffer):
            guard field.valueIs("100-continue", in: buffer) else { throw .unsupportedExpectation }
            expectsContinue = true
        case 10 where field.isNamed("connection", in: buffer):
            considerConnection(buffer.extracting(field.value))
        case 14 where field.isNamed("content-length", in: buffer):
            // Content-Length = 1*DIGIT (RFC 9110, section 8.6): at most once; a list of equal numbers is refused too.
            guard contentLength == nil, (1...18).contains(field.value.count) else { throw .invalidContentLength }
            var length = 0
            for index in field.value {
                guard (0x30...0x39).contains(buffer[index]) else { throw .invalidContentLength }
                length = length * 10 + Int(buffer[index] - 0x30)
            }
            contentLength = length
        case 17 where field.isNamed("transfer-encoding", in: buffer):
            guard !isChunked, field.valueIs("chunked", in: buffer) else { throw .invalidTransferEncoding }
            isChunked = true
        default: break
        }
    }

    func framing(isVersion10: Bool) throws(ProtocolError) -> Request.Framing {
        if isChunked {
            guard contentLength == nil, !isVersion10 else { throw .invalidTransferEncoding }
            return .chunked
        }
        return contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none
    }

    // Connection = #connection-option (RFC 9110, section 7.6.1)
    private mutating func considerConnection(_ value: Span<UInt8>) {
        var start = 0
        for index in 0...value.count where index == value.count || value[index] == UInt8(ascii: ",") {
            var token = start..<index
            while let first = token.first, value[first] == 0x20 || value[first] == 0x09 { token.removeFirst() }
            while let last = token.last, value[last] == 0x20 || value[last] == 0x09 { token.removeLast() }
            start = index + 1
            if value.holds(lowercased: "close", in: token) { asksToClose = true }
        }
    }
}
