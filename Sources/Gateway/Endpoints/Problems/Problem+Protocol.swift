package import HTTPMessage
package import HTTPServer

extension Problem {
    /// A message that violates HTTP's syntax, or is too large, or too slow.
    package static func of(_ fault: ProtocolError) -> Problem {
        let code: Code = fault == .bodyTooLarge ? .payloadTooLarge : .invalidRequest
        return Problem(code, status: fault.status.code, detail: "The request was refused: \(fault.rawValue).")
    }

    /// A request's content that could not be read to its end.
    package init(_ error: BodyError) {
        switch error {
        case .tooLarge: self.init(.payloadTooLarge, detail: "The body is larger than allowed here.")
        case .disconnected: self.init(.invalidRequest, detail: "The body ended early.")
        case .fault(let fault): self = Problem.of(fault)
        }
    }
}
