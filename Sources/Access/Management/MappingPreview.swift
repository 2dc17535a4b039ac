public import ClaimMapping
internal import Cryptography
public import Grants
public import Identities
internal import JSON
internal import Time

/// The effects of a change of rules on the users who signed in; nothing is changed.
public struct MappingPreview: Sendable {
    /// A user who signed in, with the role before and after the change.
    public struct Person: Sendable {
        public let signIn: LastSignIn
        public let before: Role?
        public let after: Role?
        /// The full name among the claims; nil if the provider states none.
        public let name: String?
        /// Whether the provider sent an address without verifying it, so that the address identifies no user.
        public let isUnverified: Bool
        /// The id of the rule that decided before; nil if no rule did.
        public let ruleBefore: String?
        /// The id of the rule that decides after; nil if no rule does.
        public let ruleAfter: String?
        /// The reason for the role after, or for its absence.
        public let reason: EntitlementReason
        /// The first values of the user's claims that the deciding rule matches; at most three.
        public let values: [String]

        /// Whether the user gains a role, or a higher one.
        public var isRaised: Bool { after.map { after in before.map { $0 < after } ?? true } ?? false }
    }

    /// A user whose claims cannot be read, so that the effect of the change is unknown.
    public struct Unreadable: Sendable {
        public let id: IdentityID
        public let identity: Identity
        public let provider: ProviderID
        public let email: EmailAddress?
        /// The full name at the last sign-in; nil if the provider stated none.
        public let name: String?
        /// Whether an address is stored: claims that cannot be opened verify none.
        public let isUnverified: Bool
        let seenAt: Timestamp

        init(_ signIn: LastSignIn) {
            (id, identity, provider) = (signIn.id, signIn.identity, signIn.provider)
            (email, name, seenAt) = (signIn.email, signIn.fullName, signIn.seenAt)
            if case _? = signIn.email { isUnverified = true } else { isUnverified = false }
        }
    }

    /// The rules after the change.
    public let table: MappingTable
    /// The users whose role changes, the latest sign-in first.
    public let people: [Person]
    /// The users whose role may change or stay: their claims cannot be read. The latest sign-in first.
    public let unreadable: [Unreadable]
    /// The number of users whose role does not change.
    public let unchanged: Int
    /// The number of evaluated users who signed in within the last 30 days.
    public let recent: Int
    /// The acting manager's role before and after.
    public let own: (before: Role?, after: Role?)
    /// The rules that would stop deciding for any user.
    public let shadowed: [Mapping]
    /// Whether the organization would lose its last manager.
    public let wouldLockOut: Bool
}

extension MappingPreview {
    /// The users with an unverified address who would gain a role, or a higher one.
    public var raisedUnverified: [Person] { people.filter { $0.isUnverified && $0.isRaised } }

    /// A tag of ``raisedUnverified`` with their roles. Equal sets have equal tags. Empty if no digest can be computed.
    public var raisedUnverifiedTag: String {
        var writer = JSONWriter(reservingCapacity: 256)
        writer.beginArray()
        for person in raisedUnverified.sorted(by: {
            $0.signIn.id.text.utf8.lexicographicallyPrecedes($1.signIn.id.text.utf8)
        }) {
            writer.string(person.signIn.id.text)
            writer.string(person.after?.rawValue ?? "")
        }
        writer.endArray()
        return (try? Digest.sha256(writer.bytes)).map { Base64URL.encode(Array($0.prefix(16))) } ?? ""
    }
}
