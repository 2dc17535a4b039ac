public import Databases
public import Grants

/// The reason why a use case did not succeed. Nothing was changed.
public enum ManagementError: Error, Sendable {
    case refused(AccessRefusal)
    /// The domain of an invited address is not allowed any more.
    ///
    /// - Parameter allowed: the domains that may be invited.
    case domainNotAllowed(allowed: [String])
    /// The store failed; the cause is for the log.
    case store(DatabaseError)
}
