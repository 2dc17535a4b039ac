internal import HTTPMessage

extension Problem {
    /// A message that violates HTTP's syntax, or is too large, or too slow.
    static func of(_ fault: ProtocolError) -> Problem {
        let code: Code = fault == .bodyTooLarge ? .payloadTooLarge : .invalidRequest
        return Problem(code, status: fault.status.code, detail: "The request was refused: \(fault.rawValue).")
    }
}
