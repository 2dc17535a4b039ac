internal import Audit
internal import ClaimMapping
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Text
internal import Tokens

/// Where a request came from, as the audit log tells it.
struct AuditOrigin: Sendable {
    let requestID: String
    let address: String
}

extension VerifiedClaims {
    /// As the audit log names them.
    var actor: AuditActor {
        .identity(
            issuer: identity.issuer, subject: identity.subject, email: claims.root.shownEmail)
    }
}

extension Deployment {
    /// What somebody did as a person rather than in an organization: an event for each organization in which they have a
    /// role, and for the one that it was meant for; without any, one for the gateway.
    ///
    /// - Parameter meant: counts only where that organization accepts the provider.
    func auditRecords(
        _ action: AuditAction, of claims: VerifiedClaims, with access: AccessSnapshot, from origin: AuditOrigin,
        meant: String? = nil,
        target: String? = nil
    ) -> [AuditRecord] {
        var record = AuditRecord(
            action, by: claims.actor, target: target, requestID: origin.requestID, address: origin.address)
        if action == .signIn {
            let names = claims.claims.root.members.map(\.name).joined(separator: " ")
            record.details = [("provider", claims.provider.text), ("claims", names)]
        }
        var records: [AuditRecord] = []
        for organization in organizations(accepting: claims.provider) {
            let entitlement = entitlement(of: claims, in: organization, with: access)
            guard entitlement.role != nil || meant.isExactly(organization.id.text) else { continue }
            var own = record
            own.organization = organization.id
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
