public import JSON
internal import Text

extension VerifiedClaims {
    /// The provider's own name of the person, whatever `subject_claim` makes of it.
    public var providerSubject: String? { claims.root.member("sub")?.string }

    /// These claims and those that the userinfo endpoint adds; it replaces none. An address and whether it is verified
    /// come from one source, never from two.
    ///
    /// - Returns: `nil` where the answer is not about this subject (OpenID Connect Core 1.0, section 5.3.2), and is
    ///   to be thrown away.
    public func adding(userinfo: JSONDocument) -> VerifiedClaims? {
        guard isAboutSameSubject(userinfo) else { return nil }
        var known = Set(claims.root.members.map { ExactText($0.name) })
        let verified = ExactText("email_verified")
        var dropped: Set<ExactText> = []
        if known.contains(ExactText("email")) {
            known.insert(verified)
        } else if userinfo.root.member("email") != nil {
            dropped.insert(verified)
        }
        var writer = JSONWriter(reservingCapacity: claims.bytes.count + userinfo.bytes.count)
        writer.beginObject()
        for member in claims.root.members where !dropped.contains(ExactText(member.name)) {
            writer.name(member.name)
            writer.value(member.value)
        }
        for member in userinfo.root.members
        where !known.contains(ExactText(member.name)) || dropped.contains(ExactText(member.name)) {
            writer.name(member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return replacingClaims(writer.bytes)
    }

    /// What the userinfo endpoint says now in place of what was known; of the old claims only those stay that say who,
    /// by whom and for whom.
    ///
    /// - Returns: `nil` where the answer is about somebody else.
    public func renewed(byUserinfo userinfo: JSONDocument) -> VerifiedClaims? {
        guard isAboutSameSubject(userinfo) else { return nil }
        let names = ["iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "acr", "amr", "sid"]
        let kept = Set(names.map(ExactText.init(_:)))
        var writer = JSONWriter(reservingCapacity: userinfo.bytes.count + 256)
        writer.beginObject()
        for member in claims.root.members where kept.contains(ExactText(member.name)) {
            writer.name(member.name)
            writer.value(member.value)
        }
        for member in userinfo.root.members where !kept.contains(ExactText(member.name)) {
            writer.name(member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return replacingClaims(writer.bytes)
    }

    private func isAboutSameSubject(_ userinfo: JSONDocument) -> Bool {
        guard userinfo.root.kind == .object, let subject = userinfo.root.member("sub")?.string else { return false }
        return subject.isExactly(providerSubject ?? "")
    }

    private func replacingClaims(_ bytes: [UInt8]) -> VerifiedClaims? {
        guard let document = try? JSONDocument(parsing: bytes) else { return nil }
        return VerifiedClaims(
            provider: provider, identity: identity, claims: document, header: header, keyID: keyID,
            validity: validity)
    }
}
