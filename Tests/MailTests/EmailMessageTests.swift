import Cryptography
import Testing
import Time

@testable import Mail

@Suite("Email messages")
struct EmailMessageTests {
    private func email(
        from: String = "Gatehouse <no-reply@acme.example>", subject: String = "Hello", text: String = "one\ntwo\n",
        to: String = "pat@acme.example"
    ) throws -> EmailMessage {
        EmailMessage(
            from: try Mailbox(from), to: try Mailbox(to), subject: subject, plainText: text, html: "<p>\(text)</p>",
            messageID: "id@acme.example", date: Timestamp(seconds: 1_800_000_000))
    }

    private func message(_ email: EmailMessage) -> String { String(decoding: email.message(), as: UTF8.self) }

    private func field(_ name: String, _ message: String) -> String? {
        let head = message.split(separator: "\r\n\r\n", maxSplits: 1)[0].replacing("\r\n ", with: "\n ")
        return head.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }

    /// Decodes encoded words (RFC 2047); adjacent ones form one text.
    private func decoded(_ text: String) -> String {
        text.split(separator: "\n ").map { word in
            guard word.hasPrefix("=?UTF-8?B?"), word.hasSuffix("?=") else { return Array(word.utf8) }
            return Base64.decode(String(word.dropFirst(10).dropLast(2))) ?? []
        }.reduce(into: []) { $0 += $1 }.asText
    }

    @Test("an email has the fields of a message, and both forms of its text")
    func fields() throws {
        let text = message(try email())
        #expect(field("Date", text) == "Fri, 15 Jan 2027 08:00:00 +0000")
        #expect(
            field("From", text) == "\"Gatehouse\" <no-reply@acme.example>" && field("To", text) == "<pat@acme.example>")
        #expect(field("Subject", text) == "Hello" && field("Message-ID", text) == "<id@acme.example>")
        #expect(field("Auto-Submitted", text) == "auto-generated")
        let parts = text.components(separatedBy: "--gatehouse=_part")
        #expect(parts.count == 4 && parts[1].contains("text/plain; charset=utf-8") && parts[2].contains("text/html"))
        #expect(parts[3] == "--\r\n")
        #expect(!text.replacing("\r\n", with: "").contains("\n"))
    }

    @Test("a line feed ends a line after a carriage return and before a combining mark")
    func lineFeeds() {
        #expect(QuotedPrintable.encode("a\r\nb\n\u{301}c") == Array("a\r\nb\r\n=CC=81c\r\n".utf8))
    }

    @Test(
        "names and subjects in any script are decoded unchanged",
        arguments: [
            "Größe", "Приглашение в очень длинное название организации, которое не помещается в одну строку",
            "招待状：とても長い組織名がここに入りますので折り返しが必要になります", "👩🏽‍💻 team", "plain but =?UTF-8?Q?looks=20encoded?=",
            String(repeating: "long plain words ", count: 12),
        ])
    func encoded(_ text: String) throws {
        let written = message(try email(from: "\(text) <no-reply@acme.example>", subject: text))
        let subject = try #require(field("Subject", written))
        #expect(decoded(subject) == text)
        for line in written.split(separator: "\r\n") { #expect(line.utf8.count <= 86) }
        for word in subject.split(separator: "\n ") where word.hasPrefix("=?") { #expect(word.utf8.count <= 75) }
        let from = try #require(field("From", written))
        #expect(from.hasSuffix("<no-reply@acme.example>"))
    }

    @Test("no name, subject or address can begin another field")
    func injection() throws {
        let evil = "x\r\nBcc: everybody@evil.example\r\n\r\nbody"
        let written = message(try email(from: "\(evil) <no-reply@acme.example>", subject: evil))
        let head = written.components(separatedBy: "\r\n\r\n")[0]
        #expect(!head.components(separatedBy: "\r\n").contains { $0.lowercased().hasPrefix("bcc") })
    }

    @Test("a mailbox is parsed as it is written")
    func mailboxes() throws {
        for (text, name, address) in [
            ("a@b.example", "", "a@b.example"), ("<a@b.example>", "", "a@b.example"),
            ("Büro <a.b+c@b.example>", "Büro", "a.b+c@b.example"), ("\"A, B\" <a@localhost>", "A, B", "a@localhost"),
        ] {
            let mailbox = try Mailbox(text)
            #expect(mailbox.name == name && mailbox.address == address)
        }
    }

    @Test(
        "an invalid address is refused and never corrected",
        arguments: [
            ("büro@b.example", .localPartBeyondASCII), ("B <b\u{FC}ro@b.example>", .localPartBeyondASCII),
            ("a@bücher.example", .domainBeyondASCII), ("a@b.example\r\nBcc: c@d.example", .malformed), ("", .malformed),
            ("a", .malformed), ("@b.example", .malformed), ("a@", .malformed), ("a@b@c", .malformed),
            ("a b@c.example", .malformed), ("a@b.example ", .malformed), (" a@b.example", .malformed),
            ("a\u{0}@b.example", .malformed), (".a@b.example", .malformed), ("a..b@c.example", .malformed),
            ("a@-b.example", .malformed), ("a@b..example", .malformed), ("A <a@b.example", .malformed),
            ("A <a@b.example> <c@d.example>", .malformed), ("<a@b.example>>", .malformed),
            (String(repeating: "a", count: 65) + "@b.example", .malformed),
        ] as [(String, Mailbox.SyntaxError)])
    func refusedMailboxes(_ text: String, _ fault: Mailbox.SyntaxError) {
        #expect(throws: fault) { try Mailbox(text) }
    }

    @Test("quoted-printable content has short lines and is decoded unchanged")
    func quotedPrintable() {
        let text = ".\n..dots\ntrailing space \n= and ä and \t tab\t\n" + String(repeating: "ünï ", count: 60) + "\nend"
        let encoded = String(decoding: QuotedPrintable.encode(text), as: UTF8.self)
        for line in encoded.components(separatedBy: "\r\n") {
            #expect(line.utf8.count <= 76 && !line.hasPrefix(".") && !line.hasSuffix(" ") && !line.hasSuffix("\t"))
        }
        var bytes: [UInt8] = []
        let joined = Array(encoded.replacing("=\r\n", with: "").replacing("\r\n", with: "\n").utf8)
        var index = 0
        while index < joined.count {
            if joined[index] == UInt8(ascii: "="),
                let value = UInt8(String(decoding: joined[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                index += 3
            } else {
                bytes.append(joined[index])
                index += 1
            }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == text + "\n")
    }
}

extension [UInt8] {
    fileprivate var asText: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
