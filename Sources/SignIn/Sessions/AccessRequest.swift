public import ClaimMapping
public import Identities
public import Time

/// A user's request for access to an organization: the denied sign-ins of one identity, described by the last one.
public struct AccessRequest: Sendable, Hashable {
    /// The state of a request, as the API names it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case open
        case dismissed
    }

    /// The id. It changes if the reason, the address, its verification or the provider changes, because what a manager
    /// decided about the old request does not apply to the new one.
    public let id: String
    public let identity: Identity
    public let provider: ProviderID
    /// The full name as the provider sent it; nil if it sent none.
    public let name: String?
    /// The address as the provider sent it, verified or not.
    public let email: EmailAddress?
    /// Whether the address counted as verified.
    public let isEmailVerified: Bool
    /// The reason why the user has no role, from the explanation.
    public let reason: EntitlementReason
    public let firstAt: Timestamp
    public let lastAt: Timestamp
    /// The number of denied sign-ins from ``firstAt`` to ``lastAt``.
    public let attempts: Int
    /// The time at which a manager dismissed the request; nil while it is open.
    public let dismissedAt: Timestamp?

    public var state: State { dismissedAt == nil ? .open : .dismissed }

    public init(
        id: String, identity: Identity, provider: ProviderID, name: String?, email: EmailAddress?,
        isEmailVerified: Bool, reason: EntitlementReason, firstAt: Timestamp, lastAt: Timestamp, attempts: Int,
        dismissedAt: Timestamp?
    ) {
        (self.id, self.identity, self.provider, self.name) = (id, identity, provider, name)
        (self.email, self.isEmailVerified, self.reason) = (email, isEmailVerified, reason)
        (self.firstAt, self.lastAt, self.attempts) = (firstAt, lastAt, attempts)
        self.dismissedAt = dismissedAt
    }
}

/// The last denied sign-in of a request, in the form that an organization's managers see.
public struct DeniedSignIn: Sendable, Hashable {
    public let request: AccessRequest
    /// A JSON object: the names of all received claims (`names`), and the values of those that rules address
    /// (`values`).
    public let claims: [UInt8]
    /// The verdicts of all rules, as a JSON array.
    public let rows: [UInt8]

    public init(_ request: AccessRequest, claims: [UInt8], rows: [UInt8]) {
        (self.request, self.claims, self.rows) = (request, claims, rows)
    }

    /// Makes the first denied sign-in of a user.
    public init(
        id: String, timestamp: Timestamp, provider: ProviderID, identity: Identity, name: String?, email: EmailAddress?,
        isEmailVerified: Bool, reason: EntitlementReason, claims: [UInt8], rows: [UInt8]
    ) {
        let request = AccessRequest(
            id: id, identity: identity, provider: provider, name: name, email: email, isEmailVerified: isEmailVerified,
            reason: reason, firstAt: timestamp, lastAt: timestamp, attempts: 1, dismissedAt: nil)
        self.init(request, claims: claims, rows: rows)
    }

    public var id: String { request.id }
    public var timestamp: Timestamp { request.lastAt }
    public var provider: ProviderID { request.provider }
    public var identity: Identity { request.identity }
    public var email: EmailAddress? { request.email }
    public var reason: EntitlementReason { request.reason }
}
