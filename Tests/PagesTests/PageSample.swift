import Grants
import Identities
import Inventory
import Invitations
import Policy
import Testing
import Text
import Time
import Web

@testable import AccessPages
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
                    others: number == 0 ? [item] : [], requestID: text("request")
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
                    memberships: [], sessions: []
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
                organization: text("organization"), path: path, role: text("role"), source: .claimMapping)
        }
        let sessions = [true, false].map { isCurrent in
            AccountPage.Session(
                id: text("session"), userAgent: text("agent"), address: text("address"), createdAt: moment,
                usedAt: moment, isCurrent: isCurrent)
        }
        var page = AccountPage(
            account: Account(name: text("account"), formToken: formToken),
            identity: AccountPage.Identity(
                name: text("name"), email: .verified(EmailAddress(text("email"))), provider: text("provider"),
                subject: Subject(text("subject"))), memberships: memberships, sessions: sessions)
        page.notice = .trouble(text("notice"))
        let fields = [
            "account", "name", "email", "provider", "subject", "organization", "role", "address", "notice",
        ]
        return PageSample(
            "account\(formToken == nil ? " of a bearer token" : "")", page.document,
            all: fields + (formToken == nil ? [] : ["session"]), isReadOnly: false)
    }

    // MARK: Pages of an organization

    private static var managers: [PageSample] {
        let lists = [
            overview(isReadOnly: false), usage(isReadOnly: false), members(isReadOnly: false),
            suspended(isReadOnly: false), invitations(isReadOnly: false),
            mappings(isReadOnly: false),
            explanation(isReadOnly: false),
        ]
        return lists + workspacePages() + peopleForms() + empty(isReadOnly: false) + [
            PageSample(
                "audit log",
                audit([
                    AuditPage.Event(
                        sequence: 7, at: moment, actor: text("actor"), action: text("action"), target: text("target"),
                        outcome: text("outcome"), reason: text("reason"), details: [(text("detail"), text("value"))])
                ]).document, shows: "account", "organization", "actor", "action", "outcome", "reason", "detail",
                "value", "from", "to", "filter actor", "filter action"),
            PageSample("audit log without events", audit([]).document),
        ]
    }

    private static var viewers: [PageSample] {
        [
            overview(isReadOnly: true), usage(isReadOnly: true), members(isReadOnly: true), suspended(isReadOnly: true),
            invitations(isReadOnly: true), mappings(isReadOnly: true),
            explanation(isReadOnly: true),
        ] + empty(isReadOnly: true)
    }

    private static func audit(_ events: [AuditPage.Event]) -> AuditPage {
        var filter = AuditPage.Filter()
        (filter.from, filter.to) = (text("from"), text("to"))
        (filter.actor, filter.action) = (text("filter actor"), text("filter action"))
        return AuditPage(
            account: account, organization: organization(isReadOnly: false), events: events, filter: filter,
            actions: [text("filter action"), "sign_in"], next: "a b&c")
    }

    private static func mappings(isReadOnly: Bool) -> PageSample {
        func row(_ rank: Int) -> Mapping {
            Mapping(
                id: "row \(rank)&", rank: rank, claimName: text("claim"), match: .equals,
                claimValue: text("claim value"),
                role: .manager)
        }
        var page = MappingsPage(
            account: account, organization: organization(isReadOnly: isReadOnly), rows: (1...4).map(row), fileRows: 1,
            strategy: .firstMatch, tag: text("tag"),
            denied: [MappingsPage.Denied(id: "a/b c", name: text("denied"), at: moment, reason: text("reason"))],
            formToken: isReadOnly ? nil : token)
        page.notice = .done(text("notice"))
        page.draft.id = text("draft id")
        (page.draft.claimName, page.draft.claimValue) = (text("draft claim"), text("draft value"))
        (page.draft.split, page.draft.rank) = (text("split"), text("rank"))
        if !isReadOnly {
            page.preview = MappingsPage.Preview(
                fields: [(text("field"), text("field value"))], summary: text("summary"),
                people: [MappingsPage.Preview.Person(name: text("changed"), before: nil, after: .viewer)], unchanged: 3,
                own: (.manager, nil), shadowed: [row(3)], wouldLockOut: true)
        }
        let fields = ["account", "organization", "claim", "claim value", "notice"]
        let own = [
            "denied", "reason", "tag", "draft id", "draft claim", "draft value", "split", "rank", "field",
            "field value", "summary", "changed",
        ]
        return PageSample(
            "claim mappings\(isReadOnly ? " for viewers" : "")", page.document,
            all: fields + (isReadOnly ? [] : own), isReadOnly: isReadOnly)
    }

    private static func explanation(isReadOnly: Bool) -> PageSample {
        var page = ExplainPage(
            account: account, organization: organization(isReadOnly: isReadOnly), providers: [text("choice")],
            formToken: isReadOnly ? nil : token)
        let mapping = Mapping(
            id: "file:1", rank: 1, claimName: text("claim"), match: .glob, claimValue: text("claim value"),
            role: .viewer)
        page.outcome = ExplainPage.Outcome(
            name: text("person"), provider: text("provider"), role: nil, reason: .emailUnverified,
            rows: Verdict.allCases.map { verdict in
                Explanation.Row(mapping: mapping, verdict: verdict, isNearMiss: true, detail: text("detail"))
            }, isDryRun: true)
        page.notice = .trouble(text("notice"))
        page.claims = text("claims")
        let fields = ["account", "organization", "person", "provider", "claim", "claim value", "detail", "notice"]
        return PageSample(
            "explanation\(isReadOnly ? " for viewers" : "")", page.document,
            all: fields + (isReadOnly ? [] : ["choice", "claims"]), isReadOnly: isReadOnly)
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
                    page: WorkspaceTablePage(rows: [], number: 1, matches: 0, searched: 0)
                ).document
            ),
            (
                "claim mappings",
                MappingsPage(
                    account: account, organization: organization, rows: [], fileRows: 0, strategy: .highestRole,
                    tag: "t", denied: [], formToken: token
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

    init(_ name: String, _ document: HTML, all fields: [String], isReadOnly: Bool) {
        testDescription = name
        self.document = document
        shows = fields
        self.isReadOnly = isReadOnly
    }
}
