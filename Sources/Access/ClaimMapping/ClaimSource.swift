public import Identities
public import JSON
internal import Text
public import Tokens

/// The claims that rules are evaluated against, the names of unknown claims, and the trust in email addresses.
struct ClaimSource {
    let claims: JSONValue
    let emailTrust: EmailTrust
    private let known: KnownClaims

    init(_ known: KnownClaims, _ emailTrust: EmailTrust) {
        claims = known.root
        self.known = known
        self.emailTrust = emailTrust
    }

    /// A rule's claim name, resolved against the claims.
    struct Resolution {
        let values: ClaimValues
        /// The name of the top-level claim that is, or contains, the addressed claim.
        let topLevelName: String
        let isEmail: Bool
    }

    func resolve(_ condition: ClaimCondition) -> Resolution { resolve(condition.claimName, condition.pointer) }

    /// - Parameter pointer: the pointer that is used if no claim has the name; nil if the name is not a pointer.
    func resolve(_ name: String, _ pointer: JSONPointer?) -> Resolution {
        if let value = claims.member(name) {
            return Resolution(values: .one(value), topLevelName: name, isEmail: name.isExactly("email"))
        }
        guard let pointer, let first = pointer.tokens.first else {
            return Resolution(values: .none, topLevelName: name, isEmail: false)
        }
        let isEmail = first.isExactly("email")
        // Elements of a list under `email` are not addresses that the provider verified. A pointer into the list
        // therefore resolves to nothing.
        let isWithinEmail = isEmail && pointer.tokens.count > 1
        return Resolution(
            values: isWithinEmail ? .none : ClaimValues(claims, at: pointer), topLevelName: first, isEmail: isEmail)
    }

    func isUnknown(_ topLevelName: String) -> Bool { known.isUnknown(topLevelName) }

    /// The verification status of the email address among the claims; nil if there is no address.
    var emailStanding: EmailStanding? {
        claims.member("email").flatMap(Mapping.address).map(standing)
    }

    func isVerified(_ address: String) -> Bool { standing(of: address) == .verified }

    /// Returns the verification status of an address. If the provider left out `email_verified`, it does not count as
    /// absent, so `trust_email` does not replace it.
    func standing(of address: String) -> EmailStanding {
        guard let verified = claims.member("email_verified") else {
            // Only the source of the address could supply `email_verified`. If another source failed to respond, the
            // status stays the same.
            if known.unknown.leavesOut("email_verified") { return .absent }
            guard let sign = address.utf8.firstIndex(of: UInt8(ascii: "@")) else { return .absent }
            let domain = Substring(address.utf8[sign...].dropFirst())
            let isTrusted = emailTrust.domains.contains {
                $0.isExactly(ignoringASCIICase: domain)
            }
            return isTrusted ? .verified : .absent
        }
        // Apple and Amazon Cognito send `email_verified` as a string.
        if verified.boolean == true || verified.equals("true") { return .verified }
        return verified.boolean == false || verified.equals("false") ? .denied : .ofOtherType(verified.kind)
    }
}

/// The verification status of an email address: verified, or the reason why it is not.
public enum EmailStanding: Sendable, Hashable {
    case verified
    /// `email_verified` is absent.
    case absent
    /// `email_verified` is false.
    case denied
    /// `email_verified` is neither true nor false.
    case ofOtherType(JSONValue.Kind)

    /// One sentence for managers and operators.
    public var words: String {
        switch self {
        case .verified: "email_verified is true."
        case .absent: "email_verified is absent."
        case .denied: "email_verified is false."
        case .ofOtherType(let kind): "email_verified is neither true nor false, but of type \(kind.rawValue)."
        }
    }
}

extension EmailTrust {
    /// Returns whether an address of these claims counts as verified, and if not, the reason.
    public func standing(of address: EmailAddress, among claims: KnownClaims) -> EmailStanding {
        ClaimSource(claims, self).standing(of: address.spelling)
    }

    /// Returns the verified address of these claims. Returns nil if it is not verified, has control
    /// characters, or is too long for an address.
    public func verifiedEmail(of claims: KnownClaims) -> EmailAddress? {
        guard let value = claims.root.member("email"), let address = Mapping.address(value),
            ClaimSource(claims, self).isVerified(address), address.utf8.count <= EmailAddress.longest,
            address.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return EmailAddress(address)
    }

    /// Returns true if these claims may lack a verified address: the address, or whether it is verified, is unknown.
    public func isVerifiedEmailUnknown(of claims: KnownClaims) -> Bool {
        guard !claims.unknown.isEmpty, verifiedEmail(of: claims) == nil else { return false }
        return claims.isUnknown("email")
            || claims.root.member("email") != nil && claims.unknown.leavesOut("email_verified")
    }
}
