/// A user or machine: its issuer, and its subject there. The email address is never part of it.
public struct Identity: Hashable, Sendable {
    public let issuer: Issuer
    /// Unique per issuer.
    public let subject: Subject

    public init(issuer: Issuer, subject: Subject) {
        self.issuer = issuer
        self.subject = subject
    }
}
