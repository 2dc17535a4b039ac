package import Audit
internal import Databases
package import Endpoints
internal import Grants
internal import Identities
internal import JSON
internal import Management
package import People
package import Text
package import Time
internal import Tokens

/// An action of the caller as the audit log has it.
///
/// A page's notice after an action names only the event's number, so that no link can forge a notice: who acted, on whom
/// and what happened is read from the log.
package struct RecentAction: Sendable {
    /// The time for which a notice is shown and the action can be undone.
    package static let lifetime: Duration = .seconds(600)

    package let sequence: Int
    package let action: AuditAction
    package let target: String
    /// The reason in the event; nil if there is none.
    package let reason: String?
    package let details: [ExactText: String]
    package let at: Timestamp
    /// False for an attempt that was refused.
    let isSuccess: Bool
    let requestID: String?
    let issuer: String?
    let subject: String?

    init?(_ json: [UInt8], sequence: Int) {
        guard let root = try? JSONDocument(parsing: json).root,
            let action = root.member("action")?.string.flatMap({ AuditAction(exactly: $0) }),
            let at = root.member("timestamp")?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        isSuccess = root.member("outcome")?.equals(AuditOutcome.success.rawValue) == true
        (self.sequence, self.action, self.at) = (sequence, action, at)
        target = root.member("target")?.string ?? ""
        reason = root.member("reason")?.string
        requestID = root.member("request_id")?.string
        (issuer, subject) = (
            root.member("actor")?.member("issuer")?.string, root.member("actor")?.member("subject")?.string
        )
        details = Dictionary(
            (root.member("details")?.members.map { $0 } ?? []).map { (ExactText($0.name), $0.value.string ?? "") },
            uniquingKeysWith: { first, _ in first })
    }

    /// The actions that change a user's access.
    static let ofAccess: [AuditAction] = [
        .invitationAccept, .suspensionCreate, .suspensionDelete, .suspensionExtend, .grantCreate, .grantRevoke,
    ]

    /// Returns true if the action changes a user's access in the organization.
    func changes(_ id: IdentityID, _ identity: Identity) -> Bool {
        guard isSuccess else { return false }
        switch action {
        case .invitationAccept:
            return issuer.isExactly(identity.issuer.text) && subject.isExactly(identity.subject.text)
        case .suspensionCreate, .suspensionDelete, .suspensionExtend: return target.isExactly(id.text)
        case .grantCreate, .grantRevoke:
            return details["issuer"].isExactly(identity.issuer.text)
                && details["subject"].isExactly(identity.subject.text)
        default: return false
        }
    }
}

extension ManagementRequest {
    /// Returns the caller's action with a number in the audit log, if it is at most ten minutes old.
    package func ownAction(_ sequence: Int) async throws(Problem) -> RecentAction? {
        let json = try await answering { actions throws(ManagementError) in try await actions.auditEvent(sequence) }
        guard let action = json.flatMap({ RecentAction($0, sequence: sequence) }), isOwn(action),
            action.at.lasts(RecentAction.lifetime, at: stores.now())
        else { return nil }
        return action
    }

    private func isOwn(_ action: RecentAction) -> Bool {
        action.isSuccess && action.issuer.isExactly(claims.identity.issuer.text)
            && action.subject.isExactly(claims.identity.subject.text)
    }

    /// Returns the first event of this request with an action, or nil if there is none among the latest events.
    package func performed(_ action: AuditAction) async throws(Problem) -> RecentAction? {
        let events = try await answering { actions throws(ManagementError) in
            try await actions.latestAuditEvents(of: action, 200)
        }
        return events.compactMap { RecentAction($0.json, sequence: $0.sequence) }.last {
            $0.action == action && $0.requestID.isExactly(origin.requestID) && isOwn($0)
        }
    }

    /// Returns true if a suspension or its end can be undone: the user's access has not changed since then.
    ///
    /// - Parameter person: the user of the action, as known now.
    package func isUndoable(_ action: RecentAction, on person: PersonAccess) async throws(Problem) -> Bool {
        switch action.action {
        case .suspensionCreate: guard person.suspension != nil else { return false }
        case .suspensionDelete: guard person.suspension == nil else { return false }
        default: return false
        }
        let isLast = isLast(action, on: person)
        return try await stored { () throws(DatabaseError) in try await stores.database.read(isLast) }
    }

    /// The condition that an action is the last change of a user's access.
    private func isLast(_ action: RecentAction, on person: PersonAccess) -> ChangeCondition {
        let (organization, sequence, id, identity) = (self.id, action.sequence, person.id, person.known.identity)
        // An action that many of its kind follow is not undone, nor one that an altered event follows: whether the user
        // is concerned is not known.
        let most = 500
        return { transaction throws(DatabaseError) in
            for kind in RecentAction.ofAccess {
                var query = AuditLog.Query()
                query.action = kind
                let later = try AuditLog.events(of: organization, query, after: sequence, limit: most, transaction)
                let concerned = later.contains { event in
                    RecentAction(event.json, sequence: event.sequence)?.changes(id, identity) ?? true
                }
                if concerned || later.count == most { return false }
            }
            return true
        }
    }

    /// Undoes a suspension or its end. Whether the action is the last change of the user's access is decided in the
    /// transaction that undoes it, so that no other manager's change is lost.
    ///
    /// - Throws: `conflict` if it cannot be undone any more.
    package func undo(_ sequence: Int) async throws(Problem) -> RecentAction? {
        guard let action = try await ownAction(sequence), let id = IdentityID(action.target),
            let person = try await person(id)
        else { throw Problem.notUndoable }
        let isLast = isLast(action, on: person)
        switch action.action {
        case .suspensionCreate:
            try await unsuspend(id, if: isLast)
            return try await performed(.suspensionDelete)
        case .suspensionDelete:
            let emails = (action.details["emails"] ?? "").split(at: "\n").filter { !$0.isEmpty }
            _ = try await suspend(
                id, reason: action.details["suspended_for"], emails: Set(emails.map { EmailAddress(String($0)) }),
                isConfirmed: false, if: isLast)
            return try await performed(.suspensionCreate)
        default: throw Problem.notUndoable
        }
    }
}
