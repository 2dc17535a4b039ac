public import Databases
public import Inventory

/// Checks in each write transaction that the publisher may still write. An inventory may take minutes to arrive, and
/// the role may be revoked in the meantime.
public struct WriteAuthorization: Sendable {
    /// Returns the reason for refusing the write, or nil if the publisher may write.
    let refusal: @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?

    public init(_ refusal: @escaping @Sendable (Transaction) throws(DatabaseError) -> InventoryRefusal?) {
        self.refusal = refusal
    }

    /// The authorization of commands: the operator is authorized by file system permissions.
    static let byOperator = WriteAuthorization { _ in nil }
}
