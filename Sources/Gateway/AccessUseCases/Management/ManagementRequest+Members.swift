package import Endpoints
package import Grants
package import Identities
internal import Management
package import Policy

extension ManagementRequest {
    package func members(by order: MemberOrder, after: IdentityID?, limit: Int) async throws(Problem) -> [Member] {
        try await answering { actions throws(ManagementError) in
            try await actions.members(by: order, after: after, limit: limit)
        }
    }

    package func grants(after: String, limit: Int) async throws(Problem) -> [Grant] {
        try await answering { actions throws(ManagementError) in try await actions.grants(after: after, limit: limit) }
    }

    package func suspensions(after: IdentityID?, limit: Int) async throws(Problem) -> [Suspension] {
        try await answering { actions throws(ManagementError) in
            try await actions.suspensions(after: after, limit: limit)
        }
    }

    package func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        try await answering { actions throws(ManagementError) in
            try await actions.revoke(grant, isConfirmed: isConfirmed)
        }
    }

    /// - Parameters:
    ///   - reason: the manager's words; nil or empty for none.
    ///   - emails: addresses that are suspended in addition to the verified ones.
    ///   - endsSessions: true if the user's sessions end too.
    ///   - condition: checked in the transaction; nil for none.
    package func suspend(
        _ identity: IdentityID, reason: String?, emails: Set<EmailAddress> = [], endsSessions: Bool = false,
        isConfirmed: Bool, if condition: ChangeCondition? = nil
    ) async throws(Problem) -> Suspension {
        try await answering { actions throws(ManagementError) in
            try await actions.suspend(
                identity, reason: reason.flatMap { $0.isEmpty ? nil : $0 }, emails: emails,
                endsSessions: endsSessions, isConfirmed: isConfirmed, if: condition)
        }
    }

    /// - Parameter condition: checked in the transaction; nil for none.
    package func unsuspend(_ identity: IdentityID, if condition: ChangeCondition? = nil) async throws(Problem) {
        try await answering { actions throws(ManagementError) in
            try await actions.unsuspend(identity, if: condition)
        }
    }

    package func endSessions(of identity: IdentityID) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.endSessions(of: identity) }
    }
}
