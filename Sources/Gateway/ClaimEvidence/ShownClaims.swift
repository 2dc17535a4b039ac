internal import JSON
internal import Management
internal import Text

extension JSONValue {
    /// The value as a page shows it: a string's content, or the JSON text of any other value without the secrets in it.
    var shownText: String {
        if let string { return string }
        var writer = JSONWriter()
        writer.write(withoutSecrets: self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func write(withoutSecrets value: JSONValue) {
        switch value.kind {
        case .null, .boolean, .number, .string: self.value(value)
        case .array:
            beginArray()
            for element in value.elements { write(withoutSecrets: element) }
            endArray()
        case .object:
            beginObject()
            for member in value.members {
                name(member.name)
                if ClaimNames.isSecret(member.name) { string("…") } else { write(withoutSecrets: member.value) }
            }
            endObject()
        }
    }
}

extension String {
    /// The text for a page, cut to a length that fits.
    package func cut(toShow length: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return self }
        return String(scalars[..<end]) + "…"
    }
}
