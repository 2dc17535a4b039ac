internal import Cryptography
internal import Mail
internal import Time

/// Fuzzes the replies of a mail server. The dialogue ends, and each command is one line. Neither the email nor the
/// password is sent before TLS.
func fuzzSMTP(_ bytes: [UInt8]) {
    guard let from = try? Mailbox("Gatehouse <no-reply@gatehouse.example>"),
        let to = try? Mailbox("someone@acme.example")
    else { return promise(false, "valid mailboxes are accepted") }
    let email = EmailMessage(
        from: from, to: to, subject: "s", plainText: "text\n", html: "text\n", messageID: "1@gatehouse.example",
        date: Timestamp(seconds: 0))
    let route = MailRoute(
        host: "mail.example.com", port: 587, isImplicitTLS: false, username: "user",
        password: Secret(bytes: Array("sesame".utf8)), clientName: "gatehouse.example")
    var dialogue = SMTPDialogue(email, by: route)
    var isSecure = false
    var sent = 0
    for piece in Cuts.pieces(of: bytes) {
        var action = dialogue.receive(piece)
        if case .secure = action {
            promise(!isSecure, "TLS begins once")
            isSecure = true
            action = dialogue.secured()
        }
        switch action {
        case .send(let line):
            sent += 1
            promise(line.suffix(2) == [0x0D, 0x0A], "sent text ends with a line break")
            let isLetter = line.starts(with: "Date: ".utf8)
            promise(isLetter || line.count { $0 == 0x0D || $0 == 0x0A } == 2, "a command is one line")
            let isOpen =
                line.starts(with: "EHLO ".utf8) || line.starts(with: "HELO ".utf8) || line.starts(with: "STARTTLS".utf8)
            promise(isSecure || isOpen, "nothing confidential is sent in plain text")
            promise(sent <= 12, "a dialogue ends")
        case .finish(let failure):
            let text = failure?.description ?? ""
            promise(text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "a failure is visible ASCII")
            promise(!text.contains("sesame"), "a failure contains no password")
            return
        case .wait, .secure: break
        }
    }
}

/// Fuzzes emails with hostile names and addresses, one per line: sender, recipient, subject, text. The head has only
/// its own fields.
func fuzzEmail(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    func line(_ number: Int) -> String { number < lines.count ? lines[number] : "" }
    guard let from = try? Mailbox(line(0)), let to = try? Mailbox(line(1)) else { return }
    let message = EmailMessage(
        from: from, to: to, subject: line(2), plainText: line(3), html: line(3), messageID: "1@gatehouse.example",
        date: Timestamp(seconds: 0)
    ).message()
    promise(
        message.allSatisfy { (0x20...0x7E).contains($0) || [0x09, 0x0D, 0x0A].contains($0) },
        "an email is visible ASCII")
    var names: [String] = []
    var isHead = true
    var delimiters = 0
    for (index, byte) in message.enumerated() where byte == 0x0D || byte == 0x0A {
        let isPair = byte == 0x0D ? message.dropFirst(index + 1).first == 0x0A : message[index - 1] == 0x0D
        promise(isPair, "CR and LF come in pairs")
    }
    for line in String(decoding: message, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false) {
        promise(line.utf8.count <= 998, "a line is not too long")
        if line.isEmpty { isHead = false }
        if isHead, line.first != " " { names.append(String(line.prefix { $0 != ":" })) }
        if line.hasPrefix("--gatehouse=_part") { delimiters += 1 }
    }
    promise(
        names == [
            "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type",
        ], "the head has its own fields and no others")
    promise(delimiters == 3, "an email has two parts")
}
