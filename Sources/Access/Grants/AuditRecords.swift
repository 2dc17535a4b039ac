package import Audit
internal import ClaimMapping
package import Identities
internal import JSON
internal import Policy
package import Tokens

/// A request's origin for the audit log.
package struct AuditOrigin: Sendable {
    package let requestID: String
    package let address: String

    package init(requestID: String, address: String) {
        self.requestID = requestID
        self.address = address
    }
}

extension VerifiedClaims {
    /// The user's name in the audit log.
    package var actor: AuditActor {
        .identity(identity, email: payload.shownEmail)
    }
}

extension AccessState {
    /// Records an action outside of any one organization. Each organization in which the user has a role gets an event,
    /// and so does the one that the action was meant for. If there are none, the gateway gets one event.
    ///
    /// - Parameter meant: the organization that the action was meant for; used only if it lists the provider.
    package func auditRecords(
        _ action: AuditAction, of claims: VerifiedClaims, from origin: AuditOrigin, meant: OrganizationID? = nil,
        target: String? = nil
    ) -> [AuditRecord] {
        var record = AuditRecord(
            action, by: claims.actor, target: target, requestID: origin.requestID, address: origin.address)
        if action == .signIn {
            let names = claims.payload.members.map(\.name).joined(separator: " ")
            record.details = [("provider", claims.provider.text), ("claims", names)]
        }
        var records: [AuditRecord] = []
        for entitlement in allEntitlements(of: claims) {
            let organization = entitlement.organization
            guard entitlement.role != nil || meant == organization else { continue }
            var own = record
            own.organization = organization
            own.reason = entitlement.reason.rawValue
            if let role = entitlement.role {
                own.details.append(("role", role.rawValue))
            } else {
                own.outcome = .denied
            }
            records.append(own)
        }
        guard records.isEmpty else { return records }
        record.reason = "no_role"
        return [record]
    }
}
