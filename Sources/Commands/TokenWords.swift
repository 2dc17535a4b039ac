internal import Text
internal import Tokens

extension Operand {
    static let token = Operand(placeholder: "TOKEN|-", help: "a token; - reads one token per line from standard input")
}

extension Invocation {
    /// Hands over the token of the call, or one for each line of standard input.
    /// - Parameter body: answers, or says by `nil` that nobody reads the answers any more.
    /// - Returns: done where all answers, combined, come to yes.
    func forEachToken(
        _ body: ([UInt8]) -> Bool?, combining: (Bool, Bool) -> Bool
    ) throws(CommandFailure) -> ExitCode {
        let word = try arguments.operand(Operand.token.placeholder)
        guard word.isExactly("-") else { return body(Array(word.utf8)) ?? false ? .done : .no }
        // More than the longest token and a line break's CR, so that longer ones are seen to be so.
        var lines = LineReader(input, limit: CompactJWS.maximumLength + 2)
        guard let first = lines.next() else { throw .failure("standard input holds no token") }
        guard var combined = body(first) else { return .no }
        while let line = lines.next(), let answer = body(line) { combined = combining(combined, answer) }
        return combined ? .done : .no
    }
}
