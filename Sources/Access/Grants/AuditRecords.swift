package import Audit
internal import ClaimMapping
package import Identities
internal import JSON
package import Policy
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
    /// The user in the audit log.
    ///
    /// - Parameter rules: decide whether the address counts as verified.
    package func audited(under rules: AccessRules) -> AuditPerson {
        AuditPerson(
            identity, email: payload.shownEmail, name: payload.shownName,
            isEmailVerified: rules.verifiedEmail(of: self) != nil)
    }
}

extension AccessState {
    /// Records an action outside of any one organization. Each organization in which the user has a role gets an event,
    /// and so does the one that the action was meant for. If there are none, the gateway gets one event.
    ///
    /// - Parameters:
    ///   - meant: the organization that the action was meant for; used only if it lists the provider.
    ///   - details: details in addition to those of the action.
    package func auditRecords(
        _ action: AuditAction, of claims: VerifiedClaims, from origin: AuditOrigin, meant: OrganizationID? = nil,
        target: String? = nil, details: [(name: String, value: String)] = []
    ) -> [AuditRecord] {
        var record = AuditRecord(
            action, by: .person(claims.audited(under: rules)), target: target, requestID: origin.requestID,
            address: origin.address, details: details)
        if action == .signIn {
            let names = claims.payload.members.map(\.name).joined(separator: " ")
            record.details += [("provider", claims.provider.text), ("claims", names)]
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
                if let mapping = entitlement.mapping { own.details.append(("mapping", mapping)) }
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
