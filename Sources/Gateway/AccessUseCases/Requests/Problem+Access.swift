package import Endpoints
package import Grants
internal import Identities
internal import Invitations
package import Management

extension Problem {
    /// The problem for an object that does not exist, or not in the organization of the request.
    package static let notFound = Problem(.notFound, detail: "Nothing with this ID exists in this organization.")

    /// The problem for rules that have changed since the client loaded them.
    package static let rulesChanged = Problem(
        .preconditionFailed,
        detail: "The rules have changed in the meantime. Load them again, then make your change.")

    /// The problem for an action that cannot be undone any more.
    package static let notUndoable = Problem(
        .conflict, detail: "This can't be undone any more. Something has changed since then.")

    /// The problem for a use case of managers that did not succeed. The log has the cause of a store's failure.
    package init(_ error: ManagementError, of caller: StandingCaller) {
        switch error {
        case .refused(let refusal): self.init(refusal, of: caller)
        case .domainNotAllowed(let allowed):
            self.init(.conflict, detail: InvitationDraftError.AddressIssue.domainNotAllowed(allowed: allowed).text)
        case .store: self = .storeUnavailable
        }
    }

    /// The reason why access was not changed, and what to do about it.
    ///
    /// - Parameter caller: the caller who was refused.
    package init(_ refusal: AccessRefusal, of caller: StandingCaller) {
        switch refusal {
        case .notFound: self = .notFound
        case .signedOut: self = caller.refused
        case .wouldLockOut:
            self.init(
                .wouldLockOut,
                detail: "The organization would be left without a manager. Make another user a manager first.")
        case .notPermitted(let isMember):
            self.init(
                isMember ? .permissionMissing : .organizationNotFound,
                detail: "Your role in this organization was revoked, or no longer permits this.")
        case .losesOwnRole: self = .ownRoleUnconfirmed
        case .changedMeanwhile: self = .rulesChanged
        case .changedSince: self = .notUndoable
        case .tooMany:
            self.init(
                .conflict,
                detail: "An organization has at most \(AccessStore.mostMappings) rules of its own, and "
                    + "\(AccessStore.mostPatterns) of them may be patterns. Remove rules first.")
        case .invitedOtherwise(let role):
            self.init(
                .conflict,
                detail: "This address is already invited as \(role.rawValue). Revoke that invitation first.",
                reason: "pending")
        case .tooManyToday(let seconds):
            self.init(.rateLimited, detail: "The organization has reached its limit of invitations for 24 hours.")
            retryAfter = seconds
        case .closed(let state):
            self.init(
                .conflict,
                detail: "The invitation is already \(state.rawValue). Ask a manager for a new one, or create one.",
                reason: state.rawValue)
        case .notInvited(let mismatch):
            self.init(.permissionMissing, detail: mismatch.advice, reason: mismatch.rawValue)
        }
    }
}

extension InvitationMismatch {
    package var advice: String {
        switch self {
        case .provider:
            "The organization doesn't accept sign-ins through your identity provider. Sign in through one that it accepts."
        case .emailUnverified:
            "Your identity provider hasn't verified your email address. Have it verified there."
        case .email: "The invitation is for another email address. Sign in with that address."
        case .suspended: "You can't accept invitations of this organization. Ask one of its managers."
        }
    }
}
