public import Databases
public import Identities

/// The reason why an operation failed.
public enum MetricsError: Error, Sendable {
    case store(DatabaseError)
    /// The document's source failed during reading: a closed connection, or an unreadable file.
    case source(any Error)
    /// The permit was issued for another permission.
    case permit(needed: Permission)
}
