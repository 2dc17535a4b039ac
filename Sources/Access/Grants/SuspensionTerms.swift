public import Audit
public import Databases
public import Identities
public import Time

/// A condition under which a change is made, checked in its transaction.
public typealias ChangeCondition = @Sendable (Transaction) throws(DatabaseError) -> Bool

/// The reason of a suspension, and its effects beyond the organization's own tables.
public struct SuspensionTerms: Sendable {
    /// The longest reason, in characters.
    public static let longestReason = 500

    /// A further effect, in the transaction of the suspension.
    public typealias Effect =
        @Sendable (Identity, Timestamp, Transaction) throws(DatabaseError) -> SuspensionEffect

    /// The manager's words; nil if there are none.
    public var reason: String?
    /// Addresses that are suspended in addition to the identity's verified ones.
    public var emails: Set<EmailAddress> = []
    /// Nil for none.
    public var effect: Effect?
    /// The suspension is refused as `changedSince` if this does not hold; nil for none.
    public var condition: ChangeCondition?

    public init(
        reason: String? = nil, emails: Set<EmailAddress> = [], effect: Effect? = nil,
        if condition: ChangeCondition? = nil
    ) {
        (self.reason, self.emails, self.effect, self.condition) = (reason, emails, effect, condition)
    }
}

/// What else a suspension did.
public struct SuspensionEffect: Sendable {
    /// Added to the event of the suspension.
    let details: [(name: String, value: String)]
    /// Appended to the audit log after the event of the suspension.
    let records: [AuditRecord]
    /// Runs after COMMIT.
    let publish: @Sendable () -> Void

    public init(
        details: [(name: String, value: String)], records: [AuditRecord], publish: @escaping @Sendable () -> Void
    ) {
        (self.details, self.records, self.publish) = (details, records, publish)
    }
}
