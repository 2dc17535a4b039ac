package import Audit
package import Endpoints
package import Grants
package import Policy

extension RequestContext {
    /// The request's origin for the audit log.
    package var origin: AuditOrigin { AuditOrigin(requestID: requestID, address: remoteAddress) }
}

extension Caller {
    /// The caller in the audit log.
    ///
    /// - Parameter rules: decide whether the caller's address counts as verified.
    package func actor(under rules: AccessRules) -> AuditActor { .person(claims.audited(under: rules)) }
}
