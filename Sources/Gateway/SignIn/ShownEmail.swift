internal import JSON

extension JSONValue {
    /// The address among claims as it was sent, verified or not, to be shown and kept. One with control characters is
    /// none: no store takes a NUL, and nobody reads the others.
    var shownEmail: String? {
        guard let text = member("email")?.string, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return text
    }
}
