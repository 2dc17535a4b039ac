package import Audit
package import Endpoints
package import Grants

extension RequestContext {
    /// The request's origin for the audit log.
    package var origin: AuditOrigin { AuditOrigin(requestID: requestID, address: remoteAddress) }
}

extension Caller {
    /// The caller's name in the audit log.
    package var actor: AuditActor { claims.actor }
}
