internal import Text
internal import Tokens

extension Operand {
    static let token = Operand(placeholder: "TOKEN|-", help: "a token; - reads one token per line from standard input")
}

extension Invocation {
    /// Passes the token of the call to `body`, or one token for each line of standard input.
    ///
    /// - Parameter body: returns the verdict on a token, or nil if the reader of the output is gone.
    /// - Returns: `done` if the combined verdicts are true.
    func forEachToken(
        _ body: ([UInt8]) -> Bool?, combining: (Bool, Bool) -> Bool
    ) throws(CommandError) -> ExitCode {
        let word = try arguments.operand(Operand.token.placeholder)
        guard word.isExactly("-") else { return body(Array(word.utf8)) ?? false ? .done : .no }
        // The limit exceeds the longest token plus the CR of a line break, so that a longer token is detected.
        var lines = LineReader(input, limit: CompactJWS.maximumLength + 2)
        guard let first = lines.next() else { throw .failure("standard input contains no token") }
        guard var combined = body(first) else { return .no }
        while let line = lines.next(), let answer = body(line) { combined = combining(combined, answer) }
        return combined ? .done : .no
    }
}
