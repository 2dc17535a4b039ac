public import Databases
public import Identities
public import Text

extension AuditLog {
    /// Returns the newest event of any of these actions on each target as JSON without its hash, by the targets' ids. A
    /// target without such an event is absent.
    public static func lastEvents(
        of organization: OrganizationID, on targets: [String], _ actions: [AuditAction], _ transaction: Transaction
    ) throws(DatabaseError) -> [ExactText: [UInt8]] {
        let list = actions.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        var found: [ExactText: [UInt8]] = [:]
        for target in targets where !target.isEmpty {
            found[ExactText(target)] = try transaction.first(
                """
                SELECT event FROM audit_event INDEXED BY audit_event_target
                WHERE chain = $1 AND action IN (\(list))
                    AND target_party IN (SELECT id FROM audit_party WHERE chain = $1 AND target = $2)
                ORDER BY sequence DESC LIMIT 1
                """, .text(organization.text), .text(target)
            ) { row throws(DatabaseError) in row.blob(0) }
        }
        return found
    }
}
