internal import Cryptography
internal import Text

/// The dialogue that hands an email to a server (RFC 5321; STARTTLS: RFC 3207; AUTH: RFC 4954). It is a state machine:
/// received bytes in, actions out, no deadlines.
public struct SMTPDialogue: Sendable {
    /// The next action of the connection.
    public enum Action: Sendable, Hashable {
        /// Wait for further bytes.
        case wait
        case send([UInt8])
        /// Switch the connection to TLS, then call ``secured()``.
        case secure
        /// The server accepted the email (nil) or did not. QUIT may be sent.
        case finish(DeliveryError?)
    }

    private enum Step: Sendable {
        case greeting, hello(isExtended: Bool), startingTLS, securing, password([[UInt8]])
        case sender, recipient, data, content, over
    }

    private let email: EmailMessage
    private let route: MailRoute
    private var parser = SMTPReplyParser()
    private var step = Step.greeting
    private var isSecure: Bool
    private let usesTLS: Bool
    /// Mechanisms of the AUTH extension offered by the server.
    private var mechanisms: [String] = []

    /// - Parameter usesTLS: true to use STARTTLS if the server offers it. Without TLS, only a server on this machine
    ///   gets the email.
    public init(_ email: EmailMessage, by route: MailRoute, usesTLS: Bool = true) {
        self.email = email
        self.route = route
        self.usesTLS = usesTLS
        isSecure = route.isImplicitTLS
    }

    /// True from STARTTLS until the handshake begins.
    var isStartingTLS: Bool { if case .startingTLS = step { true } else { false } }

    /// True if the server has the whole email and has not replied yet, which may take longer.
    public var awaitsVerdict: Bool { if case .content = step { true } else { false } }

    /// Processes received bytes and returns the next action.
    public mutating func receive(_ bytes: [UInt8]) -> Action {
        do throws(SMTPReplyParser.SyntaxError) {
            guard let reply = try parser.take(bytes) else { return .wait }
            let action = take(reply)
            // Each command has one reply. Bytes after it were injected: before TLS, an attacker could have them count
            // as sent after it (RFC 3207, section 5).
            guard parser.rest.isEmpty else {
                if case .finish = action { return action }
                return fail("the server sent more than one reply")
            }
            return action
        } catch {
            return fail("the server's reply is not SMTP")
        }
    }

    /// Continues after the TLS handshake; all earlier replies are discarded (RFC 3207, section 4.2).
    public mutating func secured() -> Action {
        isSecure = true
        parser = SMTPReplyParser()
        return hello()
    }

    private mutating func take(_ reply: SMTPReply) -> Action {
        switch step {
        case .greeting:
            guard reply.code == 220 else { return refused(reply, "the server refused the connection") }
            return hello()
        case .hello(let isExtended):
            // Servers without extensions do not know EHLO (RFC 5321, section 3.2).
            if isExtended, reply.isPermanent {
                return say("HELO \(route.clientName)", then: .hello(isExtended: false))
            }
            guard reply.isPositive else { return refused(reply, "the server refused the greeting") }
            return introduced(isExtended ? reply : SMTPReply(code: reply.code, lines: []))
        case .startingTLS:
            // After a refusal the dialogue continues in plain text (RFC 3207, section 4); only loopback allows that.
            if reply.code != 220, route.isLoopback { return authenticate() }
            guard reply.code == 220 else { return refused(reply, "the server refused STARTTLS") }
            step = .securing
            return .secure
        case .password(var rest):
            if reply.code == 235 { return begin() }
            guard reply.code == 334, !rest.isEmpty else {
                return refused(reply, "the server refused user name or password")
            }
            let next = rest.removeFirst()
            step = .password(rest)
            return .send(next)
        case .sender:
            // The sender is a setting and equal in all emails, so its refusal is not about this one.
            guard reply.isPositive else { return refused(reply, "the server refused the sender") }
            return say("RCPT TO:<\(email.to.address)>", then: .recipient)
        case .recipient:
            guard reply.isPositive else {
                return refused(reply, "the server refused the recipient", isAboutMessage: true)
            }
            return say("DATA", then: .data)
        case .data:
            guard reply.code == 354 else { return refused(reply, "the server refused the email", isAboutMessage: true) }
            step = .content
            return .send(SMTPDialogue.stuffed(email.message()))
        case .content:
            guard reply.isPositive else { return refused(reply, "the server refused the email", isAboutMessage: true) }
            step = .over
            return .finish(nil)
        case .securing, .over: return fail("the server sent an unexpected reply")
        }
    }

    private mutating func hello() -> Action { say("EHLO \(route.clientName)", then: .hello(isExtended: true)) }

    private mutating func introduced(_ reply: SMTPReply) -> Action {
        mechanisms = reply.offer("AUTH") ?? []
        if !isSecure {
            if usesTLS, reply.offer("STARTTLS") != nil { return say("STARTTLS", then: .startingTLS) }
            guard route.isLoopback else {
                return fail("the server offers no STARTTLS, and emails are not sent in plain text")
            }
        }
        return authenticate()
    }

    private mutating func authenticate() -> Action {
        guard let username = route.username, let password = route.password else { return begin() }
        if mechanisms.contains(exactly: "PLAIN") {
            // message = [authzid] NUL authcid NUL passwd (RFC 4616, section 2)
            let message = [0] + Array(username.utf8) + [0] + password.bytes
            return say("AUTH PLAIN \(Base64.encode(message))", then: .password([]))
        }
        guard mechanisms.contains(exactly: "LOGIN") else {
            return fail("the server offers neither AUTH PLAIN nor AUTH LOGIN")
        }
        let answers = [Array(username.utf8), password.bytes].map { Array("\(Base64.encode($0))\r\n".utf8) }
        return say("AUTH LOGIN", then: .password(answers))
    }

    private mutating func begin() -> Action { say("MAIL FROM:<\(email.from.address)>", then: .sender) }

    private mutating func say(_ command: String, then next: Step) -> Action {
        step = next
        return .send(Array("\(command)\r\n".utf8))
    }

    private mutating func fail(_ description: String, isPermanent: Bool = false) -> Action {
        step = .over
        return .finish(DeliveryError(isPermanent: isPermanent, description))
    }

    /// Ends the dialogue after a refusal. A permanent reply is final only if it concerns this email. Faults of the
    /// gateway or the server may be fixed, so that a retry may succeed.
    private mutating func refused(_ reply: SMTPReply, _ what: String, isAboutMessage: Bool = false) -> Action {
        fail("\(what): \(reply.text)", isPermanent: isAboutMessage && reply.isPermanent && !reply.isAboutSession)
    }

    /// Doubles each dot at the start of a line, and appends the final dot (RFC 5321, section 4.5.2).
    private static func stuffed(_ message: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(message.count + 64)
        var isAtStart = true
        for byte in message {
            if isAtStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isAtStart = byte == 0x0A
        }
        if !isAtStart { result += [0x0D, 0x0A] }
        return result + [UInt8(ascii: "."), 0x0D, 0x0A]
    }
}
