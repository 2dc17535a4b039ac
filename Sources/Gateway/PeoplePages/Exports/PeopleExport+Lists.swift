internal import AccessUseCases
internal import Endpoints
internal import Grants
internal import Identities
internal import Invitations
internal import PageLayout
internal import People
internal import Policy
internal import Text
internal import Time

extension PeopleExport<IdentityID> {
    /// The members that a query selects.
    static func members(
        matching query: MemberQuery, as format: ExportFormat, _ management: ManagementRequest
    ) -> PeopleExport {
        var filter = MemberQuery()
        (filter.text, filter.role, filter.provider) = (query.text, query.role, query.provider)
        (filter.source, filter.rule) = (query.source, query.rule)
        return PeopleExport(
            management: management, list: .members, format: format, filters: MemberListAddress.items(filter),
            ids: { () throws(Problem) in try await management.memberIDs(matching: query) },
            rows: { ids throws(Problem) in
                let members = try await management.members(ids)
                let rows = try await MemberRows(management, of: members.flatMap(\.grants))
                return members.map { member in
                    let row = rows.row(member)
                    return row.exportedPerson + [
                        .text(row.role?.rawValue), .texts(row.exportedSources), .text(row.lastSignIn?.rfc3339),
                    ]
                }
            }, columns: MemberRow.exportedColumns + ["role", "sources", "last_sign_in"])
    }

    /// The suspended users that a query selects.
    static func suspended(
        matching query: SuspendedQuery, as format: ExportFormat, _ management: ManagementRequest
    ) -> PeopleExport {
        PeopleExport(
            management: management, list: .suspended, format: format, filters: [("q", query.text)],
            ids: { () throws(Problem) in
                try await management.suspendedIDs(matching: query.text, isAscending: query.isAscending)
            },
            rows: { ids throws(Problem) in
                try await SuspendedPage.rows(try await management.people(ids), management).map { row in
                    row.person.exportedPerson + [
                        .text(row.reason), .text(row.suspendedAt.rfc3339), .text(row.suspendedBy),
                        .texts(row.addresses), .text(row.person.role?.rawValue), .texts(row.person.exportedSources),
                    ]
                }
            },
            columns: MemberRow.exportedColumns + [
                "reason", "suspended_at", "suspended_by", "also_suspended", "role_if_reinstated", "sources",
            ])
    }
}

extension PeopleExport<String> {
    /// The invitations that a query selects.
    static func invitations(
        matching query: InvitationQuery, as format: ExportFormat, _ management: ManagementRequest
    ) -> PeopleExport {
        var filter = InvitationQuery()
        (filter.text, filter.state, filter.role) = (query.text, query.state, query.role)
        return PeopleExport(
            management: management, list: .invitations, format: format, filters: InvitationListAddress.items(filter),
            ids: { () throws(Problem) in try await management.invitationIDs(matching: query) },
            rows: { ids throws(Problem) in
                let invitations = try await management.invitations(ids)
                let names = try await management.names(of: Set(invitations.compactMap(\.inviter)))
                return invitations.map { invitation in
                    [
                        .text(invitation.email.spelling), .text(invitation.role.rawValue),
                        .text(invitation.state.rawValue), .text(invitation.inviterName(names)),
                        .text(invitation.createdAt.rfc3339), .text(invitation.expiresAt.rfc3339),
                        .text(invitation.closedAt?.rfc3339), .text(invitation.delivery.rawValue),
                    ]
                }
            },
            columns: [
                "email", "role", "state", "invited_by", "invited_at", "expires_at", "closed_at", "delivery",
            ])
    }
}

extension MemberRow {
    fileprivate static let exportedColumns = ["name", "email", "email_verified", "provider", "user_id"]

    fileprivate var exportedPerson: [ExportCell] {
        let email: (String?, Bool?) =
            switch address {
            case .none: (nil, nil)
            case .verified(let text): (text, true)
            case .unverified(let text): (text, isVerificationUnknown ? nil : false)
            }
        return [.text(fullName), .text(email.0), .boolean(email.1), .text(provider), .text(subject)]
    }

    /// The sources of the role, without the claims that rules ask for; each with its role if that is another one.
    fileprivate var exportedSources: [String] {
        sources.map { source in
            let name =
                switch source {
                case .rule(let rule?, _): "Rule \(rule.rank)"
                case .rule(nil, _): "A removed rule"
                case .invitation(let inviter, _, _): "Invitation\(inviter.map { " by \($0)" } ?? "")"
                case .granted: "Granted by the operator"
                }
            return source.role == role ? name : "\(name) (\(source.role.title))"
        }
    }
}
