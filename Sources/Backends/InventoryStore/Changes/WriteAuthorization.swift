public import Databases
public import Inventory

/// The authority of a publisher, checked again in each write transaction. An inventory may take minutes to arrive, and
/// the role may be revoked in the meantime.
public protocol WriteAuthorization: Sendable {
    /// Returns the reason for refusing the write, or nil if the publisher may write.
    func refusal(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal?
}

/// The authority of commands: the operator is authorized by file system permissions.
package struct OperatorAuthorization: WriteAuthorization {
    package init() {}

    package func refusal(_ transaction: Transaction) -> InventoryRefusal? { nil }
}
