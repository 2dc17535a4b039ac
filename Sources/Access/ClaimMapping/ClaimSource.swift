public import JSON
internal import Text
public import Tokens

/// The claims that rows are tried against, and what is known about them beyond their values.
struct ClaimSource {
    let claims: JSONValue
    let emailTrust: EmailTrust
    private let known: KnownClaims

    init(_ known: KnownClaims, _ emailTrust: EmailTrust) {
        claims = known.root
        self.known = known
        self.emailTrust = emailTrust
    }

    /// A claim as a row addresses it.
    struct Resolution {
        let value: JSONValue?
        /// The top-level claim that it is, or is inside of.
        let topLevelName: String
        let isEmail: Bool
    }

    func resolve(_ mapping: Mapping) -> Resolution {
        let name = mapping.claimName
        if let value = claims.member(name) {
            return Resolution(value: value, topLevelName: name, isEmail: name == "email")
        }
        guard let pointer = mapping.pointer, let first = pointer.tokens.first else {
            return Resolution(value: nil, topLevelName: name, isEmail: false)
        }
        // What a list under `email` holds is no address that anybody vouches for, so a way into it leads nowhere.
        let isWithinEmail = first == "email" && pointer.tokens.count > 1
        return Resolution(
            value: isWithinEmail ? nil : claims.value(at: pointer), topLevelName: first, isEmail: first == "email")
    }

    func isUnknown(_ topLevelName: String) -> Bool { known.isUnknown(topLevelName) }

    /// Whether the address may be relied on: `email_verified` is true, or absent where its domain is trusted. What the
    /// provider left out is not absent.
    func isVerified(_ address: String) -> Bool {
        guard let verified = claims.member("email_verified") else {
            // Only the source of the address could say so: one that could not be asked changes nothing.
            if known.unknown.leavesOut("email_verified") { return false }
            guard let sign = address.utf8.firstIndex(of: UInt8(ascii: "@")) else { return false }
            let domain = address.utf8[sign...].dropFirst()
            return emailTrust.domains.contains { $0.utf8.elementsEqual(domain, by: Mapping.equalsASCII) }
        }
        return verified.boolean == true
    }
}

extension EmailTrust {
    /// Whether an address of these claims counts as verified.
    public func isVerified(_ address: String, among claims: KnownClaims) -> Bool {
        ClaimSource(claims, self).isVerified(address)
    }

    /// The address of these claims in lower case, where it counts as verified; one with control characters is none.
    public func verifiedEmail(of claims: KnownClaims) -> String? {
        guard let value = claims.root.member("email"), let address = Mapping.address(value),
            isVerified(address, among: claims), address.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return String(decoding: address.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension EmailTrust {
    /// Whether these claims may have a verified address that is not among them: the address is unknown, or whether it is
    /// verified.
    public func isVerifiedEmailUnknown(of claims: KnownClaims) -> Bool {
        guard !claims.unknown.isEmpty, verifiedEmail(of: claims) == nil else { return false }
        return claims.isUnknown("email")
            || claims.root.member("email") != nil && claims.unknown.leavesOut("email_verified")
    }
}

extension Mapping {
    /// What the row looks at among claims; `nil` where it is not there.
    public func value(in claims: JSONValue) -> JSONValue? {
        ClaimSource(KnownClaims(claims), EmailTrust()).resolve(self).value
    }

    /// What trying one row comes to.
    enum Judgement {
        case matched, noMatch, absent, emailUnverified, incomplete
    }

    func judge(_ source: ClaimSource) -> Judgement { judge(source, source.resolve(self)) }

    /// - Parameter claim: what the row's name resolves to.
    func judge(_ source: ClaimSource, _ claim: ClaimSource.Resolution) -> Judgement {
        guard let value = claim.value else {
            return source.isUnknown(claim.topLevelName) ? .incomplete : .absent
        }
        if claim.isEmail {
            if let address = Mapping.address(value), matches(address: address) {
                return source.isVerified(address) ? .matched : .emailUnverified
            }
        } else if matches(value) {
            return .matched
        }
        if source.isUnknown(claim.topLevelName) { return .incomplete }
        return value.isNull ? .absent : .noMatch
    }

    /// The text of an address; `nil` for what has not exactly one `@`.
    static func address(_ value: JSONValue) -> String? {
        guard let text = value.string, text.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1 else { return nil }
        return text
    }

    private func matches(address: String) -> Bool {
        switch match {
        case .equals:
            address.utf8.elementsEqual(claimValue.utf8, by: Mapping.equalsASCII)
        case .glob: addressGlob?.matches(Mapping.asciiLowercased(address)) ?? false
        case .exists: true
        }
    }

    private func matches(_ value: JSONValue) -> Bool {
        if match == .exists { return !value.isNull }
        if value.kind == .array { return value.elements.contains { matches(scalar: $0) } }
        return matches(scalar: value)
    }

    /// Strings as they are, numbers and booleans by their JSON text; objects, arrays and null never.
    private func matches(scalar value: JSONValue) -> Bool {
        guard let glob else { return value.hasScalarText(claimValue) }
        return value.withScalarText { glob.matches($0) } ?? false
    }

    /// Whether the value differs from the row's only by case or white space: where people look for the fault last.
    func isNearMiss(_ source: ClaimSource) -> Bool {
        let claim = source.resolve(self)
        guard match != .exists, let value = claim.value, !claim.isEmail || Mapping.address(value) != nil else {
            return false
        }
        let wanted = Mapping.folded(claimValue)
        let glob = match == .glob ? Glob(wanted) : nil
        let candidates = value.kind == .array ? Array(value.elements) : [value]
        return candidates.contains { candidate in
            guard let text = candidate.string else { return false }
            let folded = Mapping.folded(text)
            return glob?.matches(folded) ?? folded.isExactly(wanted)
        }
    }

    private static func folded(_ text: String) -> String {
        text.withoutWhiteSpace().lowercased()
    }

    static func asciiLowercased(_ text: String) -> String {
        String(decoding: text.utf8.map(asciiLowercased), as: UTF8.self)
    }

    /// Without regard to ASCII case; other letters that fold into ASCII ones (the Kelvin sign) stay what they are.
    static func equalsASCII(_ a: UInt8, _ b: UInt8) -> Bool { asciiLowercased(a) == asciiLowercased(b) }

    static func asciiLowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
