public import Databases
public import Identities
internal import Statements
public import Text

extension AuditLog {
    /// Returns the newest event of any of these actions on each target as JSON without its hash, by the targets' ids. A
    /// target without such an event is absent.
    public static func lastEvents(
        of organization: OrganizationID, on targets: [String], _ actions: [AuditAction], _ transaction: Transaction
    ) throws(DatabaseError) -> [ExactText: [UInt8]] {
        var found: [ExactText: [UInt8]] = [:]
        for target in targets where !target.isEmpty {
            found[ExactText(target)] = try transaction.first(
                lastEvent(of: actions, in: transaction.dialect), .text(organization.text), .text(target)
            ) { row throws(DatabaseError) in row.blob(0) }
        }
        return found
    }

    /// SQL: the newest event on a target. Each text by which the target was named is a part of the index, which is read
    /// from its end to the first event of these actions.
    static func lastEvent(of actions: [AuditAction], in dialect: SQLDialect) -> String {
        """
        SELECT event FROM audit_event WHERE chain = $1 AND sequence = (
            SELECT max((
                SELECT sequence FROM audit_event AS latest \(dialect.using(index: "audit_event_target"))
                WHERE latest.chain = $1 AND latest.target_party = party.id
                    AND latest.action IN (\(actions.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                ORDER BY latest.sequence DESC LIMIT 1))
            FROM audit_party AS party WHERE party.chain = $1 AND party.target = $2 AND party.target <> '')
        """
    }
}
