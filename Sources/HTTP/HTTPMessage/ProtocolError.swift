/// The reason why a message is refused: not HTTP/1.1 (RFC 9112), too large, or too slow. The connection then closes.
public enum ProtocolError: String, Error, Sendable, CaseIterable {
    case bareLineFeed = "a line ends without CR LF"
    case invalidRequestLine = "the request line is not METHOD SP TARGET SP HTTP/1.1"
    case invalidTarget = "the request target is not a path"
    case unsupportedVersion = "only HTTP/1.1 and HTTP/1.0 are supported"
    case invalidField = "a field is not NAME: VALUE"
    case invalidHost = "there must be one Host field with a valid host"
    case invalidContentLength = "Content-Length must be one decimal number"
    case invalidTransferEncoding = "Transfer-Encoding must be chunked, once, and without Content-Length"
    case invalidChunk = "the chunked body is malformed"
    case unsupportedExpectation = "the only supported expectation is 100-continue"
    case requestLineTooLong = "the request line is longer than 8 KiB"
    case fieldsTooLarge = "there are more than 100 fields, or they are larger than 32 KiB"
    case bodyTooLarge = "the body is larger than allowed here"
    case headTooSlow = "the head of the request took longer than 10 s"
    case bodyTooSlow = "the body arrived slower than 1 KiB/s"

    /// Status of the response to a request with this fault.
    public var status: Status {
        switch self {
        case .unsupportedVersion: .httpVersionNotSupported
        case .unsupportedExpectation: .expectationFailed
        case .requestLineTooLong: .uriTooLong
        case .fieldsTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .headTooSlow, .bodyTooSlow: .requestTimeout
        default: .badRequest
        }
    }
}
