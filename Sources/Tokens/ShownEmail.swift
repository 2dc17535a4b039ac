package import Identities
internal import JSON

extension JSONValue {
    /// The address in claims as it was sent, verified or not, for display and storage. Returns nil if it has control
    /// characters: no store takes a NUL, and the others are not readable.
    package var shownEmail: EmailAddress? {
        guard let text = member("email")?.string, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return EmailAddress(text)
    }
}
