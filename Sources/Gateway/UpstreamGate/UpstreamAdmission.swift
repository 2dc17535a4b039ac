package import Credentials
package import Endpoints
package import HTTPMessage
package import Policy

/// The decision about a request to an application.
package enum UpstreamAdmission {
    case admitted(UpstreamPass)
    case refused(UpstreamDenial)
    /// The decision depends on a wait, after which it is made anew.
    case pending(@Sendable () async -> AppWait)
}

/// What an admitted request carries.
package struct UpstreamPass: Sendable {
    package let permit: UpstreamPermit
    /// The identity fields, all of them.
    package let identity: Fields
    /// Whether the client's `Authorization` goes on to the application.
    package let passesAuthorization: Bool

    /// Whether the rule permits anyone, so that no identity is passed on.
    package var isAnonymous: Bool { permit.claims.map { _ in false } ?? true }
}

/// The reason why a request to an application is not admitted.
package enum UpstreamDenial: Sendable {
    /// The path has more than one reading.
    case badPath(UpstreamPathFault)
    /// The request has no identity, and the rule needs one.
    case signIn
    /// A credential was sent, and is not valid, or cannot be checked now.
    case credential(Problem)
    case access(UpstreamRefusalReason)
    /// The gateway cannot state the identity.
    case unavailable(Problem)

    /// The code for logs and metrics.
    package var reason: String {
        switch self {
        case .badPath(let fault): fault.rawValue
        case .signIn: "unauthenticated"
        case .credential(let problem), .unavailable(let problem): problem.reason ?? problem.code.rawValue
        case .access(let reason): reason.rawValue
        }
    }

    /// The problem for programs.
    package var problem: Problem {
        switch self {
        case .badPath(let fault): Problem(.invalidRequest, detail: fault.words, reason: fault.rawValue)
        case .signIn:
            Problem(.unauthenticated, detail: "Sign in, or send a bearer token in the Authorization field.")
        case .credential(let problem), .unavailable(let problem): problem
        case .access(.claimsIncomplete):
            Problem(
                .claimsIncomplete,
                detail: "The identity provider left out claims that decide whether you may open this application.",
                reason: UpstreamRefusalReason.claimsIncomplete.rawValue)
        case .access(let reason):
            Problem(
                .permissionMissing, detail: "You may not make this request to the application.",
                reason: reason.rawValue)
        }
    }
}
