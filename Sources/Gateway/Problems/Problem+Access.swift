internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import Management

extension Problem {
    /// The problem for a use case of managers that did not succeed. The caller logs the cause of a store's failure.
    ///
    /// - Parameter allowedDomains: the domains that may be invited, for the words.
    init(_ error: ManagementError, allowedDomains: [String]) {
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .domainNotAllowed:
            self.init(
                .conflict, detail: "The address \(Problem.domainFault(allowedDomains)).")
        case .store: self = .storeUnavailable
        }
    }

    /// The store failed; the cause is logged.
    static var storeUnavailable: Problem {
        Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment.")
    }

    /// The fault of an address whose domain may not be invited; it follows the name of the field.
    static func domainFault(_ allowed: [String]) -> String {
        "is of a domain that may not be invited; allowed: \(allowed.joined(separator: ", "))"
    }

    /// The reason why access was not changed, and what to do about it.
    init(_ refusal: AccessRefusal) {
        switch refusal {
        case .notFound: self.init(.notFound, detail: "Nothing of this id is known here.")
        case .signedOut:
            self.init(.unauthenticated, detail: "Your session has ended. Sign in to continue.")
        case .wouldLockOut:
            self.init(
                .wouldLockOut,
                detail: "Nobody could manage the organization any more. Make somebody else a manager first.")
        case .notPermitted(let isMember):
            self.init(
                isMember ? .permissionMissing : .organizationNotFound,
                detail: "Your role in this organization was taken away, or does not permit this any more.")
        case .losesOwnRole:
            self.init(.conflict, detail: "This takes your own role away. Add ?confirm=self where you mean it.")
        case .changedMeanwhile:
            self.init(
                .preconditionFailed,
                detail: "Somebody changed the rows meanwhile. Look at them anew, then change them.")
        case .tooMany:
            self.init(
                .conflict,
                detail: "An organization has at most \(AccessStore.mostMappings) rows here, and "
                    + "\(AccessStore.mostPatterns) of them may be patterns. Remove some first.")
        case .invitedOtherwise(let role):
            self.init(
                .conflict,
                detail: "This address is invited already, as \(role.rawValue). Revoke that invitation first.",
                reason: "pending")
        case .tooManyToday(let seconds):
            self.init(.rateLimited, detail: "The organization has sent as many invitations today as it may.")
            retryAfter = seconds
        case .closed(let state):
            self.init(
                .conflict,
                detail: "The invitation is \(state.rawValue) already. Ask a manager for a new one, or make one.",
                reason: state.rawValue)
        case .notInvited(let mismatch):
            self.init(.permissionMissing, detail: mismatch.advice, reason: mismatch.rawValue)
        }
    }
}

extension InvitationMismatch {
    var advice: String {
        switch self {
        case .provider: "The organization does not take sign-ins of your identity provider. Sign in through its own."
        case .emailUnverified:
            "Your identity provider does not say that your e-mail address is yours. Have it verified there."
        case .email: "The invitation is for another e-mail address. Sign in as whoever it is for."
        case .suspended: "You may not accept invitations of this organization. Ask one of its managers."
        }
    }
}
