internal import JSON
internal import Text
internal import Time

/// Where claims come from, how old they are, and what is missing from them.
struct ClaimsOrigin: Sendable {
    /// When the last token was verified.
    var verifiedAt: Timestamp
    /// Names of the claims that userinfo supplied; all others are the token's.
    var fromUserinfo: Set<ExactText> = []
    /// Whether claims of the token still count although a renewal since then brought no ID token.
    var isKept = false
    var unknown: UnknownClaims

    /// Of a token that was verified just now.
    init(token claims: JSONValue, at now: Timestamp) {
        verifiedAt = Timestamp(seconds: now.seconds)
        unknown = UnknownClaims(announcedBy: claims)
    }

    func write(to writer: inout JSONWriter) {
        writer.member("verified_at", Int(verifiedAt.seconds))
        writer.member("kept", isKept)
        write(fromUserinfo, as: "userinfo", to: &writer)
        write(unknown.leftOut, as: "left_out", to: &writer)
        write(unknown.lapsed, as: "lapsed", to: &writer)
        if let certain = unknown.certain { write(certain, as: "certain", to: &writer) }
    }

    private func write(_ names: Set<ExactText>, as name: String, to writer: inout JSONWriter) {
        writer.name(name)
        writer.beginArray()
        for name in names { writer.string(name.text) }
        writer.endArray()
    }

    /// What ``write(to:)`` wrote; `nil` for anything else.
    init?(_ root: JSONValue) {
        func names(_ name: String) -> Set<ExactText>? {
            guard let list = root.member(name), list.kind == .array else { return nil }
            var names: Set<ExactText> = []
            for element in list.elements {
                guard let text = element.string else { return nil }
                names.insert(ExactText(text))
            }
            return names
        }
        guard let seconds = root.member("verified_at")?.integer, let isKept = root.member("kept")?.boolean,
            let fromUserinfo = names("userinfo"), let leftOut = names("left_out"), let lapsed = names("lapsed")
        else { return nil }
        verifiedAt = Timestamp(seconds: seconds)
        (self.isKept, self.fromUserinfo, unknown) = (isKept, fromUserinfo, UnknownClaims())
        (unknown.leftOut, unknown.lapsed) = (leftOut, lapsed)
        guard root.member("certain") != nil else { return }
        guard let certain = names("certain") else { return nil }
        unknown.certain = certain
    }

    /// Of claims that an earlier version sealed, which did not write where they come from: what is not there is unknown,
    /// and what is there is too old to be kept.
    init(unrecorded claims: JSONValue) {
        verifiedAt = Timestamp(seconds: 0)
        isKept = true
        unknown = UnknownClaims(announcedBy: claims)
        unknown.certain = Set(claims.members.map { ExactText($0.name) })
    }
}
