internal import Text

/// A server's reply to one command: a code and its lines (RFC 5321, section 4.2).
struct SMTPReply: Sendable, Hashable {
    let code: Int
    let lines: [String]

    /// True if the first digit of the code means success.
    var isPositive: Bool { code / 100 == 2 }
    var isPermanent: Bool { code / 100 == 5 }

    /// True if the reply concerns the order of commands or authentication, whatever command it follows (RFC 5321,
    /// section 4.2.3; RFC 4954, section 6).
    var isAboutSession: Bool { [503, 530, 534, 535, 538].contains(code) }

    /// The reply as text for users and logs.
    var text: String { "\(code) \(lines.joined(separator: " "))" }

    /// Returns the parameters of an extension that the server offers, or nil (RFC 5321, section 4.1.1.1).
    func offer(_ keyword: String) -> [String]? {
        for line in lines.dropFirst() {
            let words = line.asciiUppercased().words(between: " ", "=").map { String($0) }
            if words.first.isExactly(keyword) { return Array(words.dropFirst()) }
        }
        return nil
    }
}

/// A parser that assembles replies from received bytes.
struct SMTPReplyParser {
    struct SyntaxError: Error {}

    private static let longestLine = 2048
    private static let mostLines = 100

    private var line: [UInt8] = []
    private var lines: [String] = []
    private var code: Int?
    private(set) var rest: [UInt8] = []

    // A NUL in a line is refused, because the text is stored with the invitation, and the store accepts no NUL.
    // Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    /// Returns the next complete reply, or nil if more bytes are needed.
    mutating func take(_ bytes: [UInt8]) throws(SyntaxError) -> SMTPReply? {
        rest += bytes
        while let end = rest.firstIndex(of: 0x0A) {
            line = Array(rest[..<end])
            rest.removeFirst(end + 1)
            if line.last == 0x0D { line.removeLast() }
            if let reply = try takeLine() { return reply }
        }
        guard rest.count <= SMTPReplyParser.longestLine else { throw SyntaxError() }
        return nil
    }

    private mutating func takeLine() throws(SyntaxError) -> SMTPReply? {
        guard line.count >= 3, line.count <= SMTPReplyParser.longestLine, lines.count < SMTPReplyParser.mostLines,
            line[..<3].allSatisfy({ (0x30...0x39).contains($0) }), !line.contains(0), (0x32...0x35).contains(line[0]),
            let number = Int(String(decoding: line[..<3], as: UTF8.self)), code == nil || code == number
        else { throw SyntaxError() }
        let separator = line.count > 3 ? line[3] : 0x20
        guard separator == 0x20 || separator == UInt8(ascii: "-") else { throw SyntaxError() }
        code = number
        lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        guard separator == 0x20 else { return nil }
        defer { (lines, code) = ([], nil) }
        return SMTPReply(code: number, lines: lines)
    }
}
