package import Identities
internal import JSON

extension JSONValue {
    /// The address in claims as it was sent, verified or not, for display and storage. Returns nil if it has control
    /// characters, since no store takes a NUL and the others are not readable, or if it is too long for an address.
    package var shownEmail: EmailAddress? {
        guard let text = member("email")?.string, text.utf8.count <= EmailAddress.longest,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return EmailAddress(text)
    }
}

extension JSONValue {
    /// The full name in claims, for display. Returns nil if it is empty, longer than 200 bytes, or has control characters.
    package var shownName: String? {
        guard let text = member("name")?.string, 1...200 ~= text.utf8.count,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return text
    }
}
