internal import JSON
internal import Tokens

extension JSONWriter {
    mutating func write(_ answer: TokenCheck.Answer) {
        beginObject()
        member("valid", true)
        name("header")
        compact(answer.header.root)
        name("claims")
        if let claims = answer.claims { compact(claims.root) } else { null() }
        member("key_id", answer.keyID)
        endObject()
    }

    /// Writes the members that state why a token was refused.
    mutating func members(of refusal: TokenRefusal) {
        member("valid", false)
        member("reason", refusal.reason.rawValue)
        member("detail", refusal.detail)
    }

    /// Writes a value without white space between its parts, because a line break would end the output line.
    mutating func compact(_ value: JSONValue) {
        switch value.kind {
        case .object:
            beginObject()
            for member in value.members {
                name(member.name)
                compact(member.value)
            }
            endObject()
        case .array:
            beginArray()
            for element in value.elements { compact(element) }
            endArray()
        default: self.value(value)
        }
    }
}
