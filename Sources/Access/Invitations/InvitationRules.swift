public import Identities
internal import Text

/// The addresses and roles that a deployment's invitations may have. Pages, API and command line ask the same rules.
public struct InvitationRules: Sendable, Hashable {
    /// The domains that may be invited, in lower case; empty for all.
    public let allowedDomains: [String]

    public init(allowedDomains: [String]) {
        self.allowedDomains = allowedDomains
    }

    /// Returns true if the domain of an address may be invited.
    public func allow(_ address: InvitedAddress) -> Bool {
        allowedDomains.isEmpty || allowedDomains.contains(exactly: address.email.domain)
    }

    /// Returns true if invitations may give a role. A publisher reports the use that is counted against the license, so
    /// that no manager may give this role.
    public static func allow(_ role: Role) -> Bool { role != .publisher }
}
