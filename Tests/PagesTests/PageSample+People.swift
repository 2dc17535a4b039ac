import ClaimMapping
import Identities
import Invitations
import Policy
import Time
import Web

@testable import AccessUseCases
@testable import Grants
@testable import PageLayout
@testable import People
@testable import PeoplePages

/// The pages of members, suspended users and invitations.
extension PageSample {
    private static let counts = PeopleCounts(members: 2, invitations: 3, suspended: 1)
    private static let id = String(repeating: "A", count: 22)
    private static let rule = MemberRow.Rule(
        rank: 2, claim: text("claim"), match: .glob, value: text("claim value"))

    private static func row(_ number: Int, isOneself: Bool = false) -> MemberRow {
        MemberRow(
            id: "\(id)\(number)", fullName: number == 3 ? nil : text("person"),
            address: number == 1 ? .verified(text("email")) : .unverified(text("doubtful")),
            provider: text("provider"), subject: "s<&\"\(number)", role: .manager,
            sources: [
                .rule(rule, .viewer), .rule(nil, .viewer),
                .invitation(inviter: text("inviter"), .manager, grant: "a b&\(number)"), .granted(.viewer, grant: "g"),
            ], lastSignIn: number == 1 ? moment : nil, isOneself: isOneself)
    }

    static func members(isReadOnly: Bool) -> PageSample {
        var query = MemberQuery()
        (query.text, query.rule, query.sort, query.isDescending) = (text("search"), "r&1", .role, true)
        (query.page, query.limit) = (2, 25)
        var page = MembersPage(
            account: account, organization: organization(isReadOnly: isReadOnly), counts: counts, query: query,
            page: ListPage(items: (1...3).map { row($0, isOneself: $0 == 2) }, number: 2, matches: 80, all: 90),
            providers: [("p", text("choice"))], rule: rule)
        page.notice = Notice(
            .done, "<strong>\(text("notice"))</strong>",
            button: isReadOnly
                ? nil : ButtonForm(path: organizationPath, token: token, fields: [("event", "1")], title: "Undo"))
        return PageSample(
            "members\(isReadOnly ? " for viewers" : "")", page.document,
            all: [
                "account", "organization", "person", "email", "doubtful", "provider", "claim", "claim value", "inviter",
                "search", "choice", "notice",
            ], isReadOnly: isReadOnly)
    }

    static func suspended(isReadOnly: Bool) -> PageSample {
        let rows = (1...2).map { number in
            SuspendedPage.Row(
                person: row(number), reason: number == 1 ? text("reason") : nil,
                suspendedBy: number == 1 ? text("manager") : nil, suspendedAt: moment,
                addresses: number == 1 ? [text("other address")] : [])
        }
        let page = SuspendedPage(
            account: account, organization: organization(isReadOnly: isReadOnly), counts: counts,
            query: SuspendedQuery(text: text("search")), page: ListPage(items: rows, number: 1, matches: 2, all: 2))
        return PageSample(
            "suspended users\(isReadOnly ? " for viewers" : "")", page.document,
            all: ["person", "email", "reason", "manager", "other address", "search"], isReadOnly: isReadOnly)
    }

    private static var stored: [Invitation] {
        Invitation.Delivery.allCases.flatMap { delivery in
            Invitation.State.allCases.map { state in
                Invitation(
                    id: "i \(delivery.rawValue)&\(state.rawValue)", organization: OrganizationID("acme")!,
                    email: EmailAddress(text("invited")), role: .viewer, state: state, createdAt: moment,
                    expiresAt: moment, inviter: state == .expired ? nil : IdentityID(id),
                    inviterEmail: state == .pending ? EmailAddress(text("inviter")) : nil, delivery: delivery,
                    attempts: 2, lastFailure: state == .accepted ? nil : text("failure"),
                    closedAt: state == .revoked ? moment : nil)
            }
        }
    }

    static func invitations(isReadOnly: Bool) -> PageSample {
        var query = InvitationQuery()
        (query.text, query.sort, query.isReversed, query.limit) = (text("search"), .date, true, 25)
        var page = InvitationsPage(
            account: account, organization: organization(isReadOnly: isReadOnly), counts: counts, query: query,
            page: ListPage(items: stored, number: 1, matches: 16, all: 16), names: [:],
            formToken: isReadOnly ? nil : token, sendsEmail: true)
        page.results = ["a b&c"]
        return PageSample(
            "invitations\(isReadOnly ? " for viewers" : "")", page.document,
            all: ["invited", "inviter", "failure", "search"], isReadOnly: isReadOnly)
    }

    // MARK: Forms

    static func peopleForms() -> [PageSample] { questions() + [revocation(), inviting(), claimInviting()] + results() }

    private static func questions() -> [PageSample] {
        MemberAction.allCases.flatMap { action in
            [true, false].map { isOneself in
                var facts = MemberActionFacts(action, on: row(1, isOneself: isOneself))
                (facts.sessions, facts.endsSessions) = (isOneself ? 1 : 100, true)
                facts.invitations = Array(repeating: text("invited"), count: isOneself ? 1 : 7)
                facts.addresses = [text("address"), text("second")]
                (facts.reason, facts.revoked) = (text("reason"), facts.person.sources[2])
                var page = MemberActionPage(
                    account: account, organization: organization(isReadOnly: false), facts: facts,
                    items: [("q", text("search")), ("grant", "a&b")], cancel: "\(organizationPath)/members#u-x",
                    formToken: token)
                (page.reason, page.reasonFault) = (text("typed"), text("fault"))
                (page.notice, page.confirmsOwnLoss) = (.trouble(text("notice")), isOneself)
                var shown = ["person", "email", "provider", "notice", "organization"]
                switch action {
                case .suspend: shown += ["address", "second", "invited", "typed", "fault"]
                case .reinstate: shown += ["reason", "address"]
                case .endSessions: break
                case .revokeRole: shown += ["invited"]
                }
                return PageSample(
                    "question to \(action.rawValue)\(isOneself ? " oneself" : "")", page.document, all: shown,
                    isReadOnly: false)
            }
        }
    }

    private static func revocation() -> PageSample {
        let page = InvitationRevocationPage(
            account: account, organization: organization(isReadOnly: false), invitation: stored[0],
            path: "\(organizationPath)/invitations/i/revoke", cancel: "\(organizationPath)/invitations#i-i",
            formToken: token, notice: .trouble(text("notice")))
        return PageSample("question to revoke an invitation", page.document, shows: "invited", "notice")
    }

    private static func inviting() -> PageSample {
        let member = Member(
            id: IdentityID(id)!, identity: Identity(issuer: "https://i.example", subject: Subject(text("member"))),
            signIn: nil, access: nil, grants: [], role: .viewer, isVerified: true)
        let findings: [InvitationCheck.Finding] = [
            .obstacle(.address(.notAnAddress)), .obstacle(.address(.domainNotAllowed(allowed: [text("allowed")]))),
            .obstacle(.invitedOtherwise(.manager)), .obstacle(.limit(retryAfter: 1)),
            .unknownDomain(suggestion: text("suggestion")), .unknownDomain(suggestion: nil),
            .obstacle(.member(AddressedMember(member: member, role: .viewer))), .obstacle(.pending(stored[0])),
            .ready(provider: text("provider")), .ready(provider: nil),
        ]
        var page = InvitingPage(
            account: account, organization: organization(isReadOnly: false), formToken: token, sendsEmail: true, days: 7
        )
        (page.draft.text, page.draft.role, page.draft.kept) = (text("draft"), .manager, [text("kept")])
        (page.fault, page.notice) = (text("fault"), .trouble(text("notice")))
        page.check = InvitationCheck(
            findings.map { finding in
                if case .unknownDomain(.some) = finding {
                    return InvitationCheck.Item(text: "bob@acmee.example", finding: finding)
                }
                return InvitationCheck.Item(text: text("checked"), finding: finding)
            })
        return PageSample(
            "inviting", page.document,
            all: [
                "draft", "kept", "fault", "notice", "checked", "allowed", "suggestion", "provider", "organization",
            ], isReadOnly: false)
    }

    private static func claimInviting() -> PageSample {
        let page = ClaimInvitingPage(
            account: account, organization: organization(isReadOnly: false), role: .manager, claim: text("claim"),
            value: text("value"), seen: seenClaims)
        return PageSample("letting in by claim", page.document, shows: "claim", "value", "seen", "seen value")
    }

    /// Claims and values of sign-ins beside the form of a rule.
    static var seenClaims: SeenClaims {
        let path = "\(organizationPath)/claim-mappings"
        return SeenClaims(
            names: [SeenClaims.Item(text("seen"), url: path), SeenClaims.Item("groups", url: path)],
            claim: text("claim"),
            values: [
                SeenClaims.Item(text("seen value"), people: 4, url: path), SeenClaims.Item("b", people: 1, url: path),
            ],
            carriers: SeenClaims.Carriers(4, claim: text("claim"), .text(text("value")), sample: 500, unreadable: 2))
    }

    private static func results() -> [PageSample] {
        ["https://gate.example/invitations/accept?token=x", nil].map { link in
            let result = InvitingResult(
                created: [
                    InvitingResult.Created(email: text("created"), link: link, expiresAt: moment),
                    InvitingResult.Created(email: "b@acme.example", link: link, expiresAt: moment),
                ], others: [InvitingResult.Other(email: text("other"), text: text("why"))])
            let page = InvitingResultPage(
                account: account, organization: organization(isReadOnly: false), result: result,
                id: link == nil ? nil : text("id"), formToken: token)
            return PageSample(
                "result of inviting\(link == nil ? " by email" : "")", page.document,
                all: ["created", "other", "why"] + (link == nil ? [] : ["id"]), isReadOnly: false)
        }
    }

    static func emptyPeople(_ organization: OrganizationHeader, _ token: String?) -> [(String, HTML)] {
        let none = PeopleCounts(members: 0, invitations: 0, suspended: 0)
        return [
            (
                "members",
                MembersPage(
                    account: account, organization: organization, counts: none, query: MemberQuery(),
                    page: ListPage(items: [], number: 1, matches: 0, all: 0), providers: []
                ).document
            ),
            (
                "suspended users",
                SuspendedPage(
                    account: account, organization: organization, counts: none, query: SuspendedQuery(),
                    page: ListPage(items: [], number: 1, matches: 0, all: 0)
                ).document
            ),
            (
                "invitations",
                InvitationsPage(
                    account: account, organization: organization, counts: none, query: InvitationQuery(),
                    page: ListPage(items: [], number: 1, matches: 0, all: 0), names: [:], formToken: token,
                    sendsEmail: false
                ).document
            ),
        ]
    }
}
