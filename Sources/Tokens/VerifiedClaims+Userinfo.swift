public import Identities
public import JSON
internal import Text
public import Time

/// The reason why a userinfo response is discarded.
public enum UserinfoError: String, Error, Sendable, CaseIterable {
    case malformed = "the response is not a JSON object with a \"sub\""
    /// OpenID Connect Core 1.0, section 5.3.2
    case otherSubject = "the response is about another \"sub\""
}

extension VerifiedClaims {
    /// The user's `sub` at the provider, regardless of `subject_claim`.
    public var providerSubject: Subject? { payload.member("sub")?.string.map { Subject($0) } }

    /// Claims about the token itself: its subject, issuer, audience and sign-in. Userinfo neither adds nor replaces
    /// them, and they do not expire with age.
    private static let bound = Set(
        ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "sid", "nonce", "at_hash", "c_hash"]
            .map { ExactText($0) })
    private static let email = ExactText("email")
    private static let verified = ExactText("email_verified")

    /// Returns these claims with those that userinfo adds; none is replaced. `email` and `email_verified` are taken
    /// from one source. Exception: userinfo may state that the token's own address is not verified.
    public func adding(userinfo: JSONDocument) throws(UserinfoError) -> VerifiedClaims {
        try checkSubject(of: userinfo)
        var known = Set(payload.members.map { ExactText($0.name) })
        let isOwnAddress = known.contains(VerifiedClaims.email)
        if isOwnAddress { known.insert(VerifiedClaims.verified) }
        let isOtherAddress = !isOwnAddress && userinfo.root.member("email") != nil
        let takesVerification = isOtherAddress || deniesAddress(userinfo)
        return try merged(
            userinfo, origin,
            keeping: { name in !(isOtherAddress && name == VerifiedClaims.verified) },
            taking: { name in !known.contains(name) || takesVerification && name == VerifiedClaims.verified })
    }

    /// Returns true if the token lacks `email_verified`, and userinfo states that the same address is not verified. A
    /// trusted domain (`trust_email`) must not override that statement.
    private func deniesAddress(_ userinfo: JSONDocument) -> Bool {
        guard payload.member("email_verified") == nil, let own = payload.member("email")?.string,
            let other = userinfo.root.member("email")?.string, own.isExactly(ignoringASCIICase: other),
            let verified = userinfo.root.member("email_verified")
        else { return false }
        return verified.boolean != true && !verified.equals("true")
    }

    /// Returns these claims, marked as lacking a userinfo response that was needed: absent claims are unknown.
    public func lackingUserinfo() -> VerifiedClaims {
        var origin = origin
        origin.unknown.certain = Set(payload.members.map { ExactText($0.name) })
        return replacing(document, origin: origin)
    }

    /// Returns the claims after a renewal without an ID token. Userinfo replaces known claims. Claims that userinfo
    /// does not supply are kept from the last ID token for `lifetime`, and are unknown afterwards. Unknown claims stay
    /// unknown.
    ///
    /// - Parameters:
    ///   - userinfo: nil if the provider has no userinfo endpoint.
    ///   - lifetime: the time for which claims are kept after the ID token was verified.
    public func renewed(
        byUserinfo userinfo: JSONDocument?, keepingFor lifetime: Duration, at now: Timestamp
    ) throws(UserinfoError) -> VerifiedClaims {
        if let userinfo { try checkSubject(of: userinfo) }
        var supplied = Set((userinfo?.root.members.map { ExactText($0.name) } ?? [])).subtracting(VerifiedClaims.bound)
        let hasNewAddress = supplied.contains(VerifiedClaims.email)
        // `email_verified` applies only to an address from the same source.
        if !hasNewAddress { supplied.remove(VerifiedClaims.verified) }
        let own = payload.members.map { ExactText($0.name) }.filter { name in
            !VerifiedClaims.bound.contains(name) && !origin.fromUserinfo.contains(name) && !supplied.contains(name)
                && !(hasNewAddress && name == VerifiedClaims.verified)
        }
        var renewed = origin
        let isYoung = origin.verifiedAt.lasts(lifetime, at: now)
        let kept: Set<ExactText> = isYoung ? Set(own) : []
        if !isYoung { renewed.unknown.lapsed.formUnion(own) }
        renewed.isKept = !kept.isEmpty
        renewed.fromUserinfo = []
        return try merged(
            userinfo, renewed, keeping: { VerifiedClaims.bound.contains($0) || kept.contains($0) },
            taking: { supplied.contains($0) })
    }

    private func merged(
        _ userinfo: JSONDocument?, _ origin: ClaimsOrigin, keeping: (ExactText) -> Bool, taking: (ExactText) -> Bool
    ) throws(UserinfoError) -> VerifiedClaims {
        var origin = origin
        var writer = JSONWriter(reservingCapacity: document.bytes.count + (userinfo?.bytes.count ?? 0))
        writer.beginObject()
        for member in payload.members where keeping(ExactText(member.name)) {
            writer.name(member.name)
            writer.value(member.value)
        }
        if let userinfo {
            for member in userinfo.root.members {
                let name = ExactText(member.name)
                guard !VerifiedClaims.bound.contains(name), taking(name) else { continue }
                writer.name(member.name)
                writer.value(member.value)
                origin.fromUserinfo.insert(name)
            }
            origin.unknown.leftOut.formUnion(UnknownClaims(announcedBy: userinfo.root).leftOut)
        }
        writer.endObject()
        guard let document = try? JSONDocument(parsing: writer.bytes) else { throw .malformed }
        return replacing(document, origin: origin)
    }

    private func checkSubject(of userinfo: JSONDocument) throws(UserinfoError) {
        guard userinfo.root.kind == .object, let subject = userinfo.root.member("sub")?.string else {
            throw .malformed
        }
        guard let own = providerSubject, subject.isExactly(own.text) else { throw .otherSubject }
    }
}
