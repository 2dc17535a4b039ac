internal import Text

/// What a server says to one command: a code and its lines (RFC 5321, section 4.2).
struct SMTPReply: Sendable, Hashable {
    let code: Int
    let lines: [String]

    /// The first digit says what it comes to.
    var isPositive: Bool { code / 100 == 2 }
    var isPermanent: Bool { code / 100 == 5 }

    /// Whether it is about the order of commands or about authentication, whichever command it answers (RFC 5321,
    /// section 4.2.3; RFC 4954, section 6).
    var isAboutSession: Bool { [503, 530, 534, 535, 538].contains(code) }

    /// For people.
    var text: String { "\(code) \(lines.joined(separator: " "))" }

    /// Whether a server offers an extension, and what it says about it (RFC 5321, section 4.1.1.1).
    func offer(_ keyword: String) -> [String]? {
        for line in lines.dropFirst() {
            let words = line.asciiUppercased().words(between: " ", "=").map { String($0) }
            if words.first.isExactly(keyword) { return Array(words.dropFirst()) }
        }
        return nil
    }
}

/// Puts replies together from what arrives.
struct SMTPReplyParser {
    struct Broken: Error {}

    private static let longestLine = 2048
    private static let mostLines = 100

    private var line: [UInt8] = []
    private var lines: [String] = []
    private var code: Int?
    private(set) var rest: [UInt8] = []

    // The text is kept with the invitation, and the store keeps no NUL.
    // Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    /// The next whole reply; `nil` where more has to arrive first.
    mutating func take(_ bytes: [UInt8]) throws(Broken) -> SMTPReply? {
        rest += bytes
        while let end = rest.firstIndex(of: 0x0A) {
            line = Array(rest[..<end])
            rest.removeFirst(end + 1)
            if line.last == 0x0D { line.removeLast() }
            if let reply = try takeLine() { return reply }
        }
        guard rest.count <= SMTPReplyParser.longestLine else { throw Broken() }
        return nil
    }

    private mutating func takeLine() throws(Broken) -> SMTPReply? {
        guard line.count >= 3, line.count <= SMTPReplyParser.longestLine, lines.count < SMTPReplyParser.mostLines,
            line[..<3].allSatisfy({ (0x30...0x39).contains($0) }), !line.contains(0), (0x32...0x35).contains(line[0]),
            let number = Int(String(decoding: line[..<3], as: UTF8.self)), code == nil || code == number
        else { throw Broken() }
        let separator = line.count > 3 ? line[3] : 0x20
        guard separator == 0x20 || separator == UInt8(ascii: "-") else { throw Broken() }
        code = number
        lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        guard separator == 0x20 else { return nil }
        defer { (lines, code) = ([], nil) }
        return SMTPReply(code: number, lines: lines)
    }
}
