import Time

@testable import Mail

extension EmailMessage {
    static func sample(plainText: String) throws -> EmailMessage {
        EmailMessage(
            from: try Mailbox("no-reply@acme.example"), to: try Mailbox("pat@acme.example"), subject: "s",
            plainText: plainText, html: "b\n", messageID: "i@acme.example", date: Timestamp(seconds: 0))
    }
}
