import Cryptography
import Testing
import Time

@testable import Mail

@Suite("SMTP dialogue")
struct DialogueTests {
    private let email: EmailMessage

    init() throws { email = try EmailMessage.sample(plainText: "a\n") }

    private func route(_ host: String = "mail.example", tls: Bool = true, user: String? = nil) -> MailRoute {
        MailRoute(
            host: host, port: 25, isImplicitTLS: tls, username: user,
            password: user == nil ? nil : Secret(bytes: Array("p:w ✓".utf8)), clientName: "gate.example")
    }

    /// Plays a server's replies; returns the client's commands, one per line, and the outcome.
    private func play(_ route: MailRoute, _ replies: [String], pieces: Int? = nil, usesTLS: Bool = true) -> (
        said: [String], end: DeliveryError??
    ) {
        var dialogue = SMTPDialogue(email, by: route, usesTLS: usesTLS)
        var said: [String] = []
        func take(_ action: SMTPDialogue.Action) -> DeliveryError?? {
            switch action {
            case .wait: return nil
            case .send(let bytes):
                let text = String(decoding: bytes.dropLast(2), as: UTF8.self)
                said.append(text.hasPrefix("Date:") ? "LETTER" : text)
                return nil
            case .secure:
                said.append("(TLS)")
                return take(dialogue.secured())
            case .finish(let failure): return .some(failure)
            }
        }
        for reply in replies {
            let bytes = Array("\(reply)\r\n".utf8)
            let cuts =
                pieces.map {
                    stride(from: 0, to: bytes.count, by: $0).map { Array(bytes[$0..<min($0 + pieces!, bytes.count)]) }
                } ?? [bytes]
            for piece in cuts {
                if let end = take(dialogue.receive(piece)) { return (said, end) }
            }
        }
        return (said, nil)
    }

    private static let good = [
        "220 hi", "250-mail.example\r\n250-SIZE 1000\r\n250 8BITMIME", "250 ok", "250 ok", "354 go", "250 taken",
    ]
    private static let words = [
        "EHLO gate.example", "MAIL FROM:<no-reply@acme.example>", "RCPT TO:<pat@acme.example>", "DATA", "LETTER",
    ]

    @Test("a reply with a NUL, which no store accepts, is refused")
    func replyWithNUL() {
        var parser = SMTPReplyParser()
        #expect(throws: SMTPReplyParser.SyntaxError.self) { try parser.take(Array("550 a\u{0}b\r\n".utf8)) }
    }

    @Test("an email is delivered, with replies whole or byte by byte", arguments: [nil, 1, 2, 7] as [Int?])
    func whole(_ pieces: Int?) {
        let (said, end) = play(route(), DialogueTests.good, pieces: pieces)
        #expect(said == DialogueTests.words && end == .some(nil))
    }

    @Test("the dialogue continues with TLS and a new greeting")
    func startTLS() {
        let (said, end) = play(
            route(tls: false), ["220 hi", "250-m\r\n250 STARTTLS", "220 go"] + DialogueTests.good.dropFirst())
        #expect(said == ["EHLO gate.example", "STARTTLS", "(TLS)"] + DialogueTests.words && end == .some(nil))
    }

    @Test("plain text is sent only to this machine")
    func required() throws {
        let (said, end) = play(route(tls: false), DialogueTests.good)
        let failure = try #require(end ?? nil)
        #expect(said.count == 1 && !failure.isPermanent && failure.description.contains("STARTTLS"))
        for host in ["127.0.0.1", "localhost", "::1"] {
            #expect(play(route(host, tls: false), DialogueTests.good).end == .some(nil))
        }
        #expect((play(route("localhost.evil.example", tls: false), DialogueTests.good).end ?? nil) != nil)
    }

    @Test("a server that does not know EHLO is greeted with HELO", arguments: ["500", "501", "502", "550"])
    func withoutExtensions(_ code: String) throws {
        let replies = ["220 hi", "\(code) what?", "250-mail.example\r\n250 STARTTLS"] + DialogueTests.good.dropFirst(2)
        let (said, end) = play(route(), replies)
        #expect(
            said == ["EHLO gate.example", "HELO gate.example"] + DialogueTests.words.dropFirst() && end == .some(nil))
        // The server's offer then is not an extension, so nothing is sent in plain text.
        let clear = play(route(tls: false), replies)
        #expect(clear.said.count == 2 && (clear.end ?? nil)?.description.contains("STARTTLS") == true)
        let busy = play(route(), ["220 hi", "421 busy"])
        #expect(busy.said.count == 1 && (busy.end ?? nil)?.isPermanent == false)
    }

    @Test("a refused STARTTLS stops emails only if plain text is not allowed")
    func refusedTLS() throws {
        let replies = ["220 hi", "250-m\r\n250-STARTTLS\r\n250 AUTH PLAIN", "454 not now", "235 ok"]
        let (said, end) = play(route("127.0.0.1", tls: false, user: "u"), replies + DialogueTests.good.dropFirst(2))
        #expect(said[1] == "STARTTLS" && said[2].hasPrefix("AUTH PLAIN") && end == .some(nil))
        let far = play(route(tls: false, user: "u"), replies)
        #expect(far.said.count == 2 && (far.end ?? nil)?.isPermanent == false)
        let passedOver = play(route("::1", tls: false), Array(replies.prefix(2)), usesTLS: false)
        #expect(passedOver.said.last?.hasPrefix("MAIL FROM") == true)
        #expect((play(route(tls: false), Array(replies.prefix(2)), usesTLS: false).end ?? nil) != nil)
    }

    @Test("replies sent before TLS do not count after it")
    func injection() throws {
        let (said, end) = play(
            route(tls: false), ["220 hi", "250-m\r\n250 STARTTLS", "220 go\r\n250-m\r\n250 AUTH PLAIN"])
        #expect(!said.contains("(TLS)") && (end ?? nil)?.isPermanent == false)
    }

    @Test("the client authenticates with PLAIN or LOGIN, as offered")
    func authentication() throws {
        let good = Array(DialogueTests.good.dropFirst(2))
        let plain = play(route(user: "u"), ["220 hi", "250-m\r\n250 AUTH LOGIN PLAIN", "235 ok"] + good)
        #expect(plain.said[1] == "AUTH PLAIN \(Base64.encode(Array("\0u\0p:w ✓".utf8)))" && plain.end == .some(nil))
        let login = play(
            route(user: "u"),
            ["220 hi", "250-m\r\n250-AUTH=LOGIN\r\n250 X", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 ok"] + good)
        #expect(
            login.said[1...3] == ["AUTH LOGIN", "dQ==", Base64.encode(Array("p:w ✓".utf8))] && login.end == .some(nil))
        let refused = try #require(play(route(user: "u"), ["220 hi", "250-m\r\n250 AUTH PLAIN", "535 no"]).end ?? nil)
        #expect(!refused.isPermanent && !refused.description.contains("p:w") && refused.description.contains("535"))
        let none = try #require(play(route(user: "u"), ["220 hi", "250-m\r\n250 AUTH GSSAPI"]).end ?? nil)
        #expect(none.description.contains("AUTH"))
        let greedy = play(route(user: "u"), ["220 hi", "250-m\r\n250 AUTH LOGIN", "334 a", "334 b", "334 c"])
        #expect((greedy.end ?? nil) != nil)
    }

    @Test("refusals that concern the email are final, and others are temporary", arguments: Array(good.indices))
    func refusals(_ step: Int) throws {
        let later = ["451 later", "530 authenticate first", "503 AUTH first", "535 no"].map { ($0, false) }
        // The third reply concerns the sender, which is a setting.
        for (reply, isFinal) in later + [("550 never", step >= 3), ("553 not allowed", step >= 3)] {
            var replies = DialogueTests.good
            replies[step] = reply
            // After the refusal of EHLO, the client sends HELO, so another reply is needed.
            if step == 1 { replies.insert(reply, at: step) }
            let failure = try #require(play(route(), replies).end ?? nil)
            #expect(failure.isPermanent == isFinal && failure.description.contains(reply))
        }
    }

    @Test(
        "replies that are not SMTP are refused",
        arguments: [
            "hello", "22 x", "999 x", "220x", "HTTP/1.1 200 OK", "220-a\r\n250 b", String(repeating: "x", count: 5000),
        ])
    func malformed(_ greeting: String) {
        #expect((play(route(), [greeting]).end ?? nil)?.isPermanent == false)
    }

    @Test("a reply without an end is refused")
    func endless() {
        #expect((play(route(), Array(repeating: "220-more", count: 200)).end ?? nil) != nil)
    }

    @Test("control characters in a reply are removed")
    func shown() throws {
        let failure = try #require(
            play(route(), ["554 no\u{1B}[31m\u{7}" + String(repeating: "y", count: 500)]).end ?? nil)
        #expect(
            failure.description.utf8.allSatisfy { (0x20...0x7E).contains($0) } && failure.description.utf8.count <= 240)
    }
}
