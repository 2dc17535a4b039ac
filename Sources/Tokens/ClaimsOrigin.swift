internal import JSON
internal import Text
internal import Time

/// The sources and the age of claims, and which claims are unknown.
struct ClaimsOrigin: Sendable {
    /// The time at which the last token was verified.
    var verifiedAt: Timestamp
    /// Names of the claims that userinfo supplied. All other claims are from the token.
    var fromUserinfo: Set<ExactText> = []
    /// True if claims of the token are kept although a later renewal returned no ID token.
    var isKept = false
    var unknown: UnknownClaims

    /// Creates the origin of a token that was verified at `now`.
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

    /// Reads the members written by ``write(to:)``; returns nil if they are malformed.
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

    /// Creates the origin of claims that an earlier version sealed without recording their sources. Missing claims are
    /// unknown, and present ones are too old to be kept.
    init(unrecorded claims: JSONValue) {
        verifiedAt = Timestamp(seconds: 0)
        isKept = true
        unknown = UnknownClaims(announcedBy: claims)
        unknown.certain = Set(claims.members.map { ExactText($0.name) })
    }
}
