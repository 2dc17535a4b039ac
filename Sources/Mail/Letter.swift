internal import Text
public import Time

/// A letter to one person, as plain text and as HTML.
public struct Letter: Sendable {
    /// `Name <address>`, or an address.
    public let from: String
    /// An address of ASCII.
    public let to: String
    public let subject: String
    /// Lines end with `\n`.
    public let plainText: String
    public let html: String
    /// Without its brackets; no other letter has it (RFC 5322, section 3.6.4).
    public let messageID: String
    public let date: Timestamp

    public init(
        from: String, to: String, subject: String, plainText: String, html: String, messageID: String, date: Timestamp
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.plainText = plainText
        self.html = html
        self.messageID = messageID
        self.date = date
    }

    /// The sender's address alone.
    public var envelopeSender: String { Letter.split(from).address }

    /// The message with CR LF at its lines' ends (RFC 5322; RFC 2046, section 5.1.4).
    public func message() -> [UInt8] {
        // Quoted-printable content cannot hold "=_".
        let boundary = "gatehouse=_letter"
        let (name, address) = Letter.split(from)
        let shown = HeaderText.displayName(name)
        // A line with an encoded word is short (RFC 2047, section 2).
        let sender =
            name.isEmpty ? "<\(address)>" : shown + (shown.starts(exactly: "=?") ? "\r\n " : " ") + "<\(address)>"
        let head = [
            "Date: \(Letter.text(of: date))", "From: \(sender)", "To: <\(Letter.bare(to))>",
            "Subject: \(HeaderText.unstructured(subject))", "Message-ID: <\(Letter.bare(messageID))>",
            "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
        ]
        func part(_ type: String, _ text: String) -> [UInt8] {
            Array(
                ("--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\n"
                    + "Content-Transfer-Encoding: quoted-printable\r\n\r\n").utf8) + QuotedPrintable.encode(text)
        }
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + part("text/plain", plainText)
            + part("text/html", html) + Array("--\(boundary)--\r\n".utf8)
    }

    /// Whether both addresses can stand in a dialogue's lines (length: RFC 5321, section 4.5.3.1.3).
    var isAddressed: Bool {
        [envelopeSender, to].allSatisfy { address in
            address.utf8.count <= 254
                && address.utf8.allSatisfy {
                    $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
                }
                && address.holds("@")
        }
    }

    private static func split(_ sender: String) -> (name: String, address: String) {
        guard let (name, address) = sender.dropping(exactlyLast: ">")?.cut(atLast: "<") else {
            return ("", bare(sender))
        }
        let trimmed = name.trimmingBlanks()
        let quoted = trimmed.dropping(exactly: "\"")?.dropping(exactlyLast: "\"")
        return (String(quoted ?? trimmed), bare(String(address)))
    }

    private static func bare(_ text: String) -> String {
        let octets = text.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
        return String(decoding: octets, as: UTF8.self)
    }

    // date-time = [ day-of-week "," ] date time (RFC 5322, section 3.3)
    private static func text(of moment: Timestamp) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let parts = moment.rfc3339.words(between: "-", "T", ":", ".", "Z")
        guard parts.count >= 6, let month = Int(parts[1]), (1...12).contains(month), moment.seconds >= 0 else {
            return moment.rfc3339
        }
        // The first of January 1970 was a Thursday.
        let day = days[Int(moment.seconds / 86400 % 7)]
        return "\(day), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) +0000"
    }
}
