internal import Audit
internal import ClaimMapping
internal import Grants
internal import Identities
internal import Policy
internal import Snapshots
internal import Telemetry
internal import Tokens

/// The suspension of a further address: a suspended user came with a verified address that was not known. Other users
/// with that address are suspended too, since it belongs to one person.
struct SuspensionExtension: Sendable {
    fileprivate let service: SignInService
    fileprivate let rules: PeopleRules
    fileprivate let identity: IdentityID
    fileprivate let email: String
    fileprivate let organization: OrganizationID
    fileprivate let record: AuditRecord
    fileprivate let key: String

    func perform() async {
        let result = try? await service.access.extendSuspension(
            of: identity, to: email, in: organization, under: rules, recording: record)
        guard case .failure(.wouldLockOut) = result else { return }
        service.noteRefusedExtension(key)
        service.log.write(
            .warning, "a suspended person has the address of the last who manages the organization",
            requestID: record.requestID, fields: [("organization", organization.text)])
    }
}

extension GatewayHandler {
    /// The extension that a refused request calls for; nil if it calls for none, or if it was refused a moment ago.
    func suspensionExtension(
        of caller: Caller, _ entitlement: Entitlement?, _ context: RequestContext
    ) -> SuspensionExtension? {
        let (claims, deployment) = (caller.claims, context.deployment)
        let (issuer, subject) = (claims.identity.issuer.text, claims.identity.subject.text)
        guard let entitlement, entitlement.reason == .suspended,
            deployment.organization(entitlement.organization.text)?.accepts(claims.provider) ?? false,
            let email = deployment.emailTrust(of: claims.provider).verifiedEmail(of: claims.known),
            access.value.lacksEmail(email, ofSuspended: issuer, subject, in: entitlement.organization),
            let identity = try? IdentityID(claims.identity)
        else { return nil }
        let id = entitlement.organization
        let key = "\(id.text) \(identity.text) \(email)"
        guard service.mayExtendSuspension(key) else { return nil }
        return SuspensionExtension(
            service: service, rules: Deployment.peopleRules(of: deployments), identity: identity, email: email,
            organization: id,
            record: AuditRecord(
                .suspensionExtend, by: .system, in: id, requestID: context.requestID, address: context.remoteAddress),
            key: key)
    }
}
