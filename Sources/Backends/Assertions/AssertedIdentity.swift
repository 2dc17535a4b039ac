public import Identities
internal import JSON
internal import Text
public import Tokens

/// What an application is told about a user.
public struct AssertedIdentity: Sendable {
    /// What `X-Forwarded-User` and the assertion's `sub` are.
    public enum User: Sendable, Hashable {
        case subject, identityID
    }

    /// The strings of the user's groups claim.
    enum Groups: Sendable, Hashable {
        case known([String])
        /// The provider left them out, or they are too long for a field.
        case incomplete
    }

    let issuer: String
    let identityID: String
    let user: String
    /// The address, if it is verified.
    let email: String?
    /// False if the address is not verified, not known, or too long to be passed on.
    let isEmailVerified: Bool
    let preferredUsername: String?
    let name: String?
    let groups: Groups
    let organization: OrganizationID
    let role: Role?

    /// The longest value of the field of groups, in bytes.
    static let longestGroups = 4 << 10
    /// The longest value of any other identity field, in bytes of the claim. Longer ones count as not known.
    private static let longest = 1 << 10

    /// - Parameters:
    ///   - verifiedEmail: the address by the rules in force; nil if none is verified.
    ///   - groupsClaim: the provider's claim of groups.
    ///   - role: the role in the organization; nil if there is none.
    /// - Returns: nil if the identity has no id.
    public init?(
        _ claims: VerifiedClaims, verifiedEmail: EmailAddress?, groupsClaim: String, user: User,
        in organization: OrganizationID, as role: Role?
    ) {
        guard let id = try? IdentityID(claims.identity) else { return nil }
        let payload = claims.payload
        func text(_ name: String) -> String? {
            guard let text = payload.member(name)?.string, 1...AssertedIdentity.longest ~= text.utf8.count,
                !claims.known.isUnknown(name)
            else { return nil }
            return text
        }
        issuer = claims.identity.issuer.text
        identityID = id.text
        self.user = user == .subject ? claims.identity.subject.text : id.text
        switch verifiedEmail?.spelling {
        case .some(let spelling) where spelling.utf8.count <= AssertedIdentity.longest:
            (email, isEmailVerified) = (spelling, true)
        case .some, nil: (email, isEmailVerified) = (nil, false)
        }
        preferredUsername = text("preferred_username")
        name = text("name")
        groups = AssertedIdentity.groups(claims.known, groupsClaim)
        (self.organization, self.role) = (organization, role)
    }

    private static func groups(_ claims: KnownClaims, _ name: String) -> Groups {
        guard !claims.isUnknown(name) else { return .incomplete }
        var groups: [String] = []
        var length = 0
        guard let value = claims.root.member(name) else { return .known([]) }
        let strings = value.kind == .array ? value.elements.compactMap(\.string) : [value.string].compactMap(\.self)
        for group in strings where !group.isEmpty {
            length += IdentityFieldText(group).text.utf8.count + 1
            guard length - 1 <= longestGroups else { return .incomplete }
            groups.append(group)
        }
        return .known(groups)
    }
}

/// A text in the form that identity fields have: the octets of `%`, `,`, control characters, non-ASCII characters, and
/// of spaces at both ends are percent-encoded (RFC 3986, section 2.1).
struct IdentityFieldText {
    let text: String

    init(_ plain: String) {
        let octets = Array(plain.utf8)
        let first = octets.firstIndex { $0 != 0x20 } ?? octets.count
        let last = octets.lastIndex { $0 != 0x20 } ?? -1
        var bytes: [UInt8] = []
        bytes.reserveCapacity(octets.count)
        let digits = Array("0123456789ABCDEF".utf8)
        for (index, octet) in octets.enumerated() {
            let isPlain = (0x21..<0x7F).contains(octet) || octet == 0x20 && index > first && index < last
            if isPlain, octet != UInt8(ascii: "%"), octet != UInt8(ascii: ",") {
                bytes.append(octet)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}
