internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import Identities
internal import Invitations
internal import PageLayout
internal import People
internal import Policy
internal import RuntimeConfiguration
internal import Text

/// Makes rows of lists from members and suspended users: with the names of rules, providers and inviters.
struct MemberRows {
    private let management: ManagementRequest
    private let table: MappingTable
    private let ranks: [ExactText: Int]
    private let inviters: [ExactText: String]

    /// - Parameter grants: the grants of all rows.
    init(_ management: ManagementRequest, of grants: [Grant]) async throws(Problem) {
        self.management = management
        table = try await management.mappings()
        ranks = table.ranks
        let found = try await management.inviters(of: grants)
        let names = try await management.names(of: Set(found.values.compactMap(\.identity)))
        inviters = found.compactMapValues { inviter in
            inviter.identity.map { names[$0] ?? inviter.email?.spelling ?? $0.text } ?? "the operator"
        }
    }

    func row(_ member: Member) -> MemberRow {
        row(
            member.id, member.identity, fullName: member.fullName,
            PersonCell.Address(member.email?.spelling, isVerified: member.isEmailVerified), member, member.signIn,
            isVerificationUnknown: member.isVerified == nil)
    }

    func row(_ person: PersonAccess) -> MemberRow {
        row(
            person.id, person.known.identity, fullName: person.fullName,
            PersonCell.Address(person.email?.spelling, isVerified: person.isEmailVerified), person.member,
            person.known.signIn, isVerificationUnknown: person.isVerified == nil)
    }

    private func row(
        _ id: IdentityID, _ identity: Identity, fullName: String?, _ address: PersonCell.Address, _ member: Member?,
        _ signIn: LastSignIn?, isVerificationUnknown: Bool
    ) -> MemberRow {
        var row = MemberRow(
            id: id.text, fullName: fullName, address: address,
            provider: signIn.map { management.configuration.name(of: $0.provider) }
                ?? management.providerName(of: identity.issuer), subject: identity.subject.text,
            role: member?.role, sources: member?.sources.map(source) ?? [], lastSignIn: signIn?.seenAt,
            isOneself: management.isOwn(id))
        row.isVerificationUnknown = isVerificationUnknown
        return row
    }

    private func source(_ source: Member.Source) -> MemberRow.Source {
        switch source {
        case .claimMapping(let id, let role): .rule(id.flatMap(rule), role)
        case .grant(let grant):
            grant.source == .invitation
                ? .invitation(inviter: inviters[ExactText(grant.id)], grant.role, grant: grant.id)
                : .granted(grant.role, grant: grant.id)
        }
    }

    /// Returns the rule with an id; nil if there is none.
    func rule(_ id: String) -> MemberRow.Rule? {
        guard let row = table.row(id), let rank = ranks[ExactText(id)] else { return nil }
        return MemberRow.Rule(rank: rank, claim: row.claimName, match: row.match, value: row.claimValue)
    }
}
