import AccessUseCases
import Audit
import Databases
import Endpoints
import Grants
import HTTPMessage
import Identities
import JSON
import Testing
import Web

@testable import Server

/// The callers. Each has a session, except the caller without credentials.
private enum Caller: String, CaseIterable {
    case anonymous, withoutRole, viewer, manager, publisher, otherManager, suspendedManager

    /// The user at the provider.
    var user: String? {
        switch self {
        case .anonymous: nil
        case .withoutRole: "sam"
        case .viewer: "vic"
        case .manager: "carla"
        case .publisher: "pat"
        case .otherManager: "gloria"
        case .suspendedManager: "sue"
        }
    }
}

/// An endpoint's statuses for well-formed input that names missing objects, per caller in the order of
/// ``Caller``.
private struct Expectation {
    let statuses: [Int]

    init(_ statuses: Int...) { self.statuses = statuses }

    private init(_ statuses: [Int]) { self.statuses = statuses }

    /// The statuses of an endpoint that needs a permission: 401 without a session, 404 without a role here, 403 with
    /// the wrong role.
    static func permitted(_ status: Int, viewer: Int, manager: Int, publisher: Int) -> Expectation {
        Expectation([401, 404, viewer, manager, publisher, 404, 404].map { $0 == 0 ? status : $0 })
    }

    static func reading(_ status: Int = 200) -> Expectation {
        permitted(status, viewer: 0, manager: 0, publisher: 403)
    }

    static func managing(_ status: Int) -> Expectation { permitted(status, viewer: 403, manager: 0, publisher: 403) }

    static func publishing(_ status: Int) -> Expectation { permitted(status, viewer: 403, manager: 403, publisher: 0) }

    static func everyCaller(_ status: Int) -> Expectation { Expectation(Array(repeating: status, count: 7)) }

    /// - Parameter others: the status of every caller with a session.
    static func anonymous(_ status: Int, others: Int) -> Expectation {
        Expectation([status] + Array(repeating: others, count: 6))
    }

    static func signedIn(_ status: Int) -> Expectation { anonymous(401, others: status) }
}

/// The expectation of each endpoint, by its name.
private let expectations: [String: Expectation] = [
    // The home page, or a redirect to the user's only organization; without one, the refusal.
    "home_get": Expectation(200, 404, 303, 303, 404, 303, 404),
    "organizationPage_get": .reading(), "usagePage_get": .reading(), "workspacePage_get": .reading(404),
    // Without a session no confirmation is needed.
    "login_get": .everyCaller(303), "login_post": .anonymous(303, others: 200),
    "initiate_get": .everyCaller(200), "initiate_post": .everyCaller(400),
    "callback_get": .everyCaller(400), "callback_post": .everyCaller(400),
    "callbackWithoutProvider_get": .everyCaller(400), "callbackWithoutProvider_post": .everyCaller(400),
    // Without a form token no user is signed out; without a session there is nothing to end.
    "logout_get": .anonymous(303, others: 200), "logout_post": .anonymous(303, others: 403),
    "handoff_get": .everyCaller(404), "jwks_get": .everyCaller(200),
    "signedOut_get": .everyCaller(200),
    "backchannelLogout_post": .everyCaller(404),
    "asset_get": .everyCaller(404),
    "me_get": .signedIn(200), "me_patch": .signedIn(415),
    "mySession_delete": .signedIn(404),
    "organizations_get": .signedIn(200),
    "workspaces_get": .reading(), "summary_get": .reading(), "usage_get": .reading(),
    "workspace_get": .reading(404),
    "inventory_get": .publishing(200), "inventory_put": .publishing(415), "inventory_delete": .publishing(204),
    "inventoryWorkspace_get": .publishing(404), "inventoryWorkspace_put": .publishing(415),
    "inventoryWorkspace_delete": .publishing(404),
    "inventoryChanges_post": .publishing(415),
    "deniedSignIns_get": .managing(200), "deniedSignIn_delete": .managing(404),
    "accessRequestsPage_get": .managing(200), "accessRequestsPage_post": .managing(415),
    "auditEvents_get": .managing(200),
    "members_get": .reading(), "grants_get": .reading(), "suspensions_get": .reading(),
    "memberSessions_delete": .managing(404), "grant_delete": .managing(404),
    "suspension_put": .managing(404), "suspension_delete": .managing(404),
    "accountPage_get": .anonymous(303, others: 200), "accountPage_post": .signedIn(415),
    "membersPage_get": .reading(), "membersPage_post": .managing(415),
    "memberActionPage_get": .managing(404), "memberActionPage_post": .managing(415),
    "invitationsPage_get": .reading(), "invitationsPage_post": .managing(415),
    "newInvitationsPage_get": .managing(200), "newInvitationsPage_post": .managing(415),
    "invitationLinksPage_get": .managing(303), "invitationLinksPage_post": .managing(415),
    "invitationActionPage_get": .managing(404), "invitationActionPage_post": .managing(415),
    "mappingsPage_get": .reading(), "mappingsPage_post": .managing(415),
    "explainPage_get": .reading(), "explainPage_post": .reading(415),
    "upstreamsPage_get": .reading(),
    "explainUpstreamPage_get": .reading(404), "explainUpstreamPage_post": .reading(415),
    "auditPage_get": .managing(200),
    // The link's page says that there is no such invitation; a user who is not signed in is redirected to it.
    "acceptance_get": .everyCaller(404), "acceptance_post": .anonymous(303, others: 404),
    "acceptInvitation_post": .signedIn(415),
    "invitations_get": .reading(), "invitations_post": .managing(415),
    "invitation_delete": .managing(404), "invitationResend_post": .managing(404),
    "claimMappings_get": .reading(), "claimMappings_post": .managing(415),
    "claimMapping_get": .reading(404), "claimMapping_patch": .managing(415), "claimMapping_delete": .managing(404),
    "claimMappingsExplain_post": .reading(415), "claimMappingsPreview_post": .managing(415),
    "upstreams_get": .reading(), "upstreamExplain_post": .reading(415),
    "openAPI_get": .everyCaller(200),
]

@Suite("Every endpoint for every kind of caller")
struct RouteMatrixTests {
    @Test("endpoints and expectations match one to one")
    func complete() throws {
        let names = try GatewayWorld().router.resources.flatMap(\.endpoints).map(\.name)
        #expect(names.sorted() == expectations.keys.sorted())
    }

    @Test("state changes need the session's form token, except at the named endpoints")
    func exempt() throws {
        let endpoints = try GatewayWorld().router.resources.flatMap(\.endpoints)
        let exempt = endpoints.filter { endpoint in
            guard case .exempt = endpoint.forgery else { return false }
            return true
        }
        #expect(
            exempt.map(\.name).sorted() == [
                "backchannelLogout_post", "callbackWithoutProvider_post", "callback_post", "initiate_post",
                "login_post",
                "logout_post",
            ])
        // Only a checked credential brings a session, whose token can be compared.
        for endpoint in endpoints where endpoint.method.changesState && !endpoint.access.needsCredential {
            #expect(exempt.contains { $0 === endpoint }, "\(endpoint.name)")
        }
    }

    @Test("each caller gets the expected status")
    func matrix() async throws {
        let world = try GatewayWorld()
        let acme = try #require(OrganizationID("acme"))
        let globex = try #require(OrganizationID("globex"))
        func grant(_ role: Role, to subject: String, in organization: OrganizationID) async throws {
            _ = try await world.services.stores.access.createGrant(
                role, to: GatewayWorld.identity(subject), in: organization,
                recording: AuditRecord(.grantCreate, by: .operator, in: organization))
        }
        try await grant(.publisher, to: "pat", in: acme)
        try await grant(.manager, to: "gloria", in: globex)
        try await grant(.manager, to: "sue", in: acme)
        let id = try world.identity("sue")
        let carla = try await world.browser("carla")
        #expect(try await carla.call("PUT", "/api/v1/organizations/acme/suspensions/\(id)").status == 200)

        for (index, caller) in Caller.allCases.enumerated() {
            let browser = TestBrowser(world)
            var token: [String] = []
            if let user = caller.user {
                try await browser.signIn(user)
                token = ["X-CSRF-Token: \(try await browser.formToken())"]
            }
            for endpoint in world.router.resources.flatMap(\.endpoints) {
                let expectation = try #require(expectations[endpoint.name], "\(endpoint.name)")
                let path = endpoint.path.text.replacing("{org}", with: "acme").replacing(
                    /{\w+}/, with: "AAAAAAAAAAAAAAAAAAAAAA")
                let isPage = endpoint.kind != .api && endpoint.permission == nil
                let fields = endpoint.name == "logout_post" ? [] : token
                let answer = try await browser.send(
                    endpoint.method.rawValue, path, fields: fields + (isPage ? TestBrowser.navigation : []))
                #expect(
                    answer.status == expectation.statuses[index],
                    "\(endpoint.name) for \(caller.rawValue): \(answer.status)")
            }
        }
    }
}
