internal import Text
public import Time

/// An email to one recipient, as plain text and as HTML.
public struct EmailMessage: Sendable {
    public let from: Mailbox
    public let to: Mailbox
    public let subject: String
    /// Plain text; lines end with `\n`.
    public let plainText: String
    public let html: String
    /// Message id in ASCII, without white space and brackets, unique per email (RFC 5322, section 3.6.4).
    public let messageID: String
    public let date: Timestamp

    public init(
        from: Mailbox, to: Mailbox, subject: String, plainText: String, html: String, messageID: String, date: Timestamp
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.plainText = plainText
        self.html = html
        self.messageID = messageID
        self.date = date
    }

    /// Returns the message with CR LF line ends (RFC 5322; RFC 2046, section 5.1.4).
    public func message() -> [UInt8] {
        // "=_" cannot occur in quoted-printable content.
        let boundary = "gatehouse=_part"
        let shown = HeaderText.displayName(from.name)
        // A line with an encoded word has at most 76 characters (RFC 2047, section 2).
        let sender =
            (from.name.isEmpty ? "" : shown + (shown.starts(exactly: "=?") ? "\r\n " : " ")) + "<\(from.address)>"
        let head = [
            "Date: \(CalendarDate(date).internetText) +0000", "From: \(sender)", "To: <\(to.address)>",
            "Subject: \(HeaderText.unstructured(subject))", "Message-ID: <\(messageID)>",
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
}
