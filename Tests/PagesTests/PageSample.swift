import Audit
import Grants
import Identities
import Inventory
import Invitations
import JSON
import People
import Policy
import Sessions
import Testing
import Text
import Time
import TimeZones
import Web

@testable import AccessPages
@testable import AuditLogPages
@testable import ClaimMapping
@testable import InventoryStore
@testable import MetricsPages
@testable import MetricsSnapshots
@testable import PageLayout
@testable import SignInPages
@testable import WorkspaceMetrics

/// A page made of values whose every text is hostile.
struct PageSample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let document: HTML
    /// The fields of ``HostileText`` that the page must show.
    let shows: [String]
    /// Whether the user may only view.
    var isReadOnly = false

    init(_ name: String, _ document: HTML, shows: String..., isReadOnly: Bool = false) {
        testDescription = name
        self.document = document
        self.shows = shows
        self.isReadOnly = isReadOnly
    }

    var markup: Markup {
        get throws { try Markup(document.markup) }
    }

    static let token = "form-token"
    /// An identifier as no organization has it, whose every character needs encoding in a URL.
    static let organizationID = OrganizationID("a.b_c-1")!
    static let organizationPath = "/organizations/a.b_c-1"
    static let moment = Timestamp(seconds: 1_800_000_000)

    static let all = withoutOrganization + managers + viewers

    static let account = Account(name: HostileText.of("account"), formToken: token)

    static func text(_ field: String) -> String { HostileText.of(field) }

    static func organization(isReadOnly: Bool) -> OrganizationHeader {
        OrganizationHeader(
            id: organizationID, name: text("organization"), role: text("role"), isReadOnly: isReadOnly)
    }

    // MARK: Pages outside an organization

    private static let choices = [SignInPage.Choice(name: text("choice"), url: "/auth/login?provider=a%20b")]
    private static let item = OrganizationListPage.Item(
        name: text("item"), role: text("item role"), url: organizationPath)
    private static let offer = InvitationPage.Offer(
        organization: text("organization"), role: text("role"), email: text("email"), inviter: text("inviter"),
        expiresAt: moment)

    private static var withoutOrganization: [PageSample] {
        let emails: [RefusedPage.Email] = [
            .verified(EmailAddress(text("email"))), .unverified(EmailAddress(text("email")), .notStated),
            .unverified(EmailAddress(text("email")), .denied),
            .unverified(EmailAddress(text("email")), .unreadable), .absent, .unknown,
        ]
        let groups: [RefusedPage.Groups] = [
            .names([text("group")]), .names([]), .names((0..<30).map(String.init)), .leftOut, .absent, .unknown,
        ]
        let refused = zip(emails, groups).enumerated().map { number, state in
            PageSample(
                "no access \(number)",
                RefusedPage(
                    account: account, provider: text("provider"), issuer: Issuer(text("issuer")),
                    subject: Subject(text("subject")),
                    email: state.0, groups: state.1, missing: [.userinfo, .lapsed, nil][number % 3],
                    signedInAt: number == 0 ? nil : moment, others: number == 0 ? [item] : [],
                    requestID: text("request")
                ).document, shows: "account", "provider", "issuer", "subject", "request")
        }
        let closed = [InvitationPage.Content.used, .revoked, .expired, .unknown].enumerated().map { number, content in
            PageSample(
                "invitation that is closed \(number)",
                InvitationPage(content, account: nil, requestID: text("request")).document, shows: "request")
        }
        let wrong = InvitationPage.WrongPerson(invited: text("invited"), own: text("own"), advice: text("advice"))
        return refused + closed + [
            PageSample(
                "sign-in",
                SignInPage(
                    choices: choices, offersEmail: true, organization: organizationID,
                    returnTo: text("return"), message: .unknown
                ).document, shows: "choice", "return"),
            PageSample(
                "sign-in with a faulty address",
                SignInPage(choices: [], offersEmail: true, isAfterSession: true, message: .faultyAddress(text("typed")))
                    .document, shows: "typed"),
            PageSample(
                "sign-in with an unknown address",
                SignInPage(choices: choices, offersEmail: true, message: .unknownAddress(text("typed"))).document,
                shows: "typed", "choice"),
            PageSample(
                "sign-in after a session",
                SignInPage(choices: choices, offersEmail: true, isAfterSession: true).document, shows: "choice"),
            PageSample(
                "end other sessions", EndSessionsPage(account: account, token: token, count: 2).document,
                shows: "account"),
            PageSample(
                "sign-in without providers", SignInPage(choices: [], offersEmail: false, message: .noProvider).document),
            PageSample(
                "sign-in again",
                ConfirmSignInPage(account: account, fields: [(text("name"), text("value"))], formToken: token).document,
                shows: "account", "name", "value"),
            PageSample("signed out", SignedOutPage(signInURL: "/auth/login?return_to=%2F").document),
            PageSample("continue to sign in", ContinuePage(.signIn, url: "https://idp.example/?a=b&c=d").document),
            PageSample("continue to sign out", ContinuePage(.signOut, url: "https://idp.example/?a=b&c=d").document),
            PageSample(
                "error",
                ErrorPage(
                    status: 400, title: text("title"), text: text("text"), requestID: text("request"),
                    action: ErrorPage.Action(title: text("action"), url: "/auth/login")
                ).document, shows: "title", "text", "request", "action"),
            PageSample(
                "organizations", OrganizationListPage(account: account, items: [item]).document,
                shows: "account", "item", "item role"),
            accountPage(formToken: token), accountPage(formToken: nil),
            PageSample(
                "empty account",
                AccountPage(
                    account: account,
                    identity: AccountPage.Identity(name: nil, email: .absent, provider: "p", subject: "s"),
                    memberships: [], zone: AccountPage.ZoneField(names: [], value: "", now: moment), sessions: []
                ).document),
            PageSample(
                "invitation to sign in",
                InvitationPage(.signIn(offer, choices), account: nil, requestID: "r").document,
                shows: "organization", "role", "email", "inviter", "choice"),
            PageSample(
                "invitation without providers",
                InvitationPage(.signIn(offer, []), account: nil, requestID: "r").document, shows: "organization"),
            PageSample(
                "invitation to accept",
                InvitationPage(
                    .accept(offer, invitation: text("invitation"), formToken: token), account: account, requestID: "r"
                ).document, shows: "account", "organization", "role", "email", "inviter", "invitation"),
            PageSample(
                "invitation of another user",
                InvitationPage(.wrongPerson(wrong, choices), account: account, requestID: text("request")).document,
                shows: "account", "invited", "own", "advice", "choice", "request"),
        ]
    }

    private static func accountPage(formToken: String?) -> PageSample {
        let memberships = [organizationPath, nil].map { path in
            AccountPage.Membership(
                organization: text("organization"), path: path, role: text("role"), source: text("source"))
        }
        let sessions = [true, false].map { isCurrent in
            AccountPage.Session(
                id: text("session"), device: text("agent"), address: text("address"), createdAt: moment,
                usedAt: moment, isCurrent: isCurrent)
        }
        var page = AccountPage(
            account: Account(name: text("account"), formToken: formToken),
            identity: AccountPage.Identity(
                name: text("name"), email: .verified(EmailAddress(text("email"))), provider: text("provider"),
                subject: Subject(text("subject"))), memberships: memberships,
            zone: AccountPage.ZoneField(
                names: [text("zone")], value: text("chosen zone"), fault: text("zone fault"), now: moment),
            sessions: sessions)
        page.notice = .trouble(text("notice"))
        let fields = [
            "account", "name", "email", "provider", "subject", "organization", "role", "source", "address", "notice",
        ]
        return PageSample(
            "account\(formToken == nil ? " of a bearer token" : "")", page.document,
            all: fields + (formToken == nil ? [] : ["session", "zone", "chosen zone", "zone fault"]), isReadOnly: false)
    }

    // MARK: Pages of an organization

    private static var managers: [PageSample] {
        let lists = [
            overview(isReadOnly: false), usage(isReadOnly: false), members(isReadOnly: false),
            suspended(isReadOnly: false), invitations(isReadOnly: false),
            rules(isReadOnly: false), accessRequests(.open), accessRequests(.dismissed),
            accessRequests(.open, isEmpty: true), accessRequests(.dismissed, isEmpty: true),
        ]
        return lists + ruleForms + explanations(isReadOnly: false) + applications(isReadOnly: false) + workspacePages()
            + peopleForms()
            + empty(isReadOnly: false) + [
                PageSample(
                    "audit log",
                    audit(
                        AuditAction.allCases.flatMap { action in
                            AuditOutcome.allCases.map { entry(action.rawValue, outcome: $0.rawValue) }
                        } + [entry(text("action"), outcome: "success")]
                    ).document,
                    shows: "account", "organization", "actor", "name", "subject", "email", "reason", "claim", "value",
                    "provider", "zone", "query", "filter actor", "filter target", "failure", "action", "from", "to"),
                PageSample("audit log without events", audit([]).document),
            ]
    }

    private static var viewers: [PageSample] {
        [
            overview(isReadOnly: true), usage(isReadOnly: true), members(isReadOnly: true), suspended(isReadOnly: true),
            invitations(isReadOnly: true), rules(isReadOnly: true),
        ] + explanations(isReadOnly: true) + applications(isReadOnly: true) + empty(isReadOnly: true)
    }

    private static func entry(_ action: String, outcome: String) -> AuditEntry {
        func rule(_ rank: Int) -> String {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("rank", rank)
            writer.member("claim_name", text("claim"))
            writer.member("match", rank == 1 ? "glob" : "equals")
            writer.member("claim_value", text("value"))
            writer.member("split", text("split"))
            writer.member("role", text("role"))
            writer.endObject()
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        return AuditEvents.entry(
            action, outcome: outcome, reason: text("reason"), target: text("target"), actor: text("actor"),
            isActorVerified: outcome == "success",
            [
                "name": text("name"), "subject": text("subject"), "email": text("email"), "email_verified": "false",
                "provider": text("provider"), "claims": text("claims"),
                "before": action.hasPrefix("claim") ? rule(1) : text("zone"),
                "after": action.hasPrefix("claim") ? rule(2) : text("zone"),
                "file_rules": "0", "failure": text("failure"), "role": text("role"),
                "inviter_email": text("inviter"), "q": text("searched"), "sessions": "2", "mapping": text("mapping"),
            ])
    }

    private static func audit(_ entries: [AuditEntry]) -> AuditPage {
        var filter = AuditFilter([("from", text("from")), ("to", text("to"))], in: .utc)
        (filter.text, filter.actor, filter.target) = (text("query"), text("filter actor"), text("filter target"))
        (filter.action, filter.outcome) = (text("filter action"), text("outcome"))
        return AuditEvents.page(
            entries, account: account, organization: organization(isReadOnly: false), filter: filter, number: 2,
            newer: 9, older: 3)
    }

    /// The pages of an organization in which nothing is stored yet.
    private static func empty(isReadOnly: Bool) -> [PageSample] {
        let (organization, token) = (organization(isReadOnly: isReadOnly), isReadOnly ? nil : token)
        let pages: [(String, HTML)] = [
            (
                "overview",
                OrganizationPage(
                    account: account, organization: organization, summary: MetricsSummary(workspaces: 0, figures: []),
                    publishedAt: nil, query: WorkspaceQuery(),
                    page: WorkspaceTablePage(rows: [], number: 1, matches: 0, searched: 0), progress: progress
                ).document
            ),
            (
                "claim mappings",
                MappingsPage(
                    account: account, organization: organization, rules: [], fileCount: 0, people: [:],
                    query: RuleQuery(), strategy: .highestRole, tag: "t", formToken: token
                ).document
            ),
            (
                "explanation",
                ExplainPage(account: account, organization: organization, providers: [], formToken: token).document
            ),
        ]
        return (pages + emptyPeople(organization, token)).map { name, document in
            PageSample("empty \(name)\(isReadOnly ? " for viewers" : "")", document, all: [], isReadOnly: isReadOnly)
        }
    }

    init(_ name: String, _ document: HTML, all fields: [String], isReadOnly: Bool = false) {
        testDescription = name
        self.document = document
        shows = fields
        self.isReadOnly = isReadOnly
    }
}
