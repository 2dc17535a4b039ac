import Audit
import Databases
import Grants
import HTTPMessage
import Identities
import JSON
import Testing

@testable import Gateway

/// The callers. Each has a session, except the caller without credentials.
private enum Asker: String, CaseIterable {
    case nobody, stranger, viewer, manager, publisher, otherManager, suspendedManager

    /// The user at the provider.
    var person: String? {
        switch self {
        case .nobody: nil
        case .stranger: "sam"
        case .viewer: "vic"
        case .manager: "carla"
        case .publisher: "pat"
        case .otherManager: "gloria"
        case .suspendedManager: "sue"
        }
    }
}

/// A route's statuses for well-formed input about things that do not exist: caller by caller, in the order of their
/// declaration.
private struct Expectation {
    let method: String
    let statuses: [Int]

    /// The statuses of a route that needs a permission: 401 without a session, 404 without a role here, 403 with the
    /// wrong role.
    static func permitted(_ method: String, _ status: Int, viewer: Int, manager: Int, publisher: Int) -> Expectation {
        Expectation(
            method: method, statuses: [401, 404, viewer, manager, publisher, 404, 404].map { $0 == 0 ? status : $0 })
    }

    static func reading(_ status: Int = 200) -> Expectation {
        permitted("GET", status, viewer: 0, manager: 0, publisher: 403)
    }

    static func managing(_ method: String, _ status: Int) -> Expectation {
        permitted(method, status, viewer: 403, manager: 0, publisher: 403)
    }

    static func publishing(_ method: String, _ status: Int) -> Expectation {
        permitted(method, status, viewer: 403, manager: 403, publisher: 0)
    }

    static func everybody(_ method: String, _ status: Int) -> Expectation {
        Expectation(method: method, statuses: Array(repeating: status, count: 7))
    }

    static func signedIn(_ method: String, _ status: Int) -> Expectation {
        Expectation(method: method, statuses: [401] + Array(repeating: status, count: 6))
    }
}

@Suite("Every route, for everybody")
struct RouteMatrixTests {
    /// The expectations for a route; a missing route does not compile.
    private func expectations(_ route: Route) -> [Expectation] {
        switch route {
        // The home page, or a redirect to the user's only organization; without one, the refusal.
        case .home: [Expectation(method: "GET", statuses: [200, 404, 303, 303, 404, 303, 404])]
        case .organizationPage: [.reading()]
        // Without a session no confirmation is needed.
        case .login:
            [.everybody("GET", 303), Expectation(method: "POST", statuses: [303] + Array(repeating: 200, count: 6))]
        case .initiate: [.everybody("GET", 200), .everybody("POST", 400)]
        case .callback, .callbackWithoutProvider: [.everybody("GET", 400), .everybody("POST", 400)]
        // Without a form token no user is signed out; without a session there is nothing to end.
        case .logout: [Expectation(method: "POST", statuses: [303, 403, 403, 403, 403, 403, 403])]
        case .signedOut: [.everybody("GET", 200)]
        case .backchannelLogout: [.everybody("POST", 404)]
        case .asset: [.everybody("GET", 404)]
        case .me: [.signedIn("GET", 200)]
        case .mySession: [.signedIn("DELETE", 404)]
        case .organizations: [.signedIn("GET", 200)]
        case .workspaces, .summary: [.reading()]
        case .workspace: [.reading(404)]
        case .inventory: [.publishing("GET", 200), .publishing("PUT", 415)]
        case .inventoryWorkspace: [.publishing("GET", 404), .publishing("PUT", 415), .publishing("DELETE", 404)]
        case .inventoryChanges: [.publishing("POST", 415)]
        case .deniedSignIns, .auditEvents: [.managing("GET", 200)]
        case .members, .grants, .suspensions: [.reading()]
        case .memberSessions, .grant: [.managing("DELETE", 404)]
        case .suspension: [.managing("PUT", 404), .managing("DELETE", 404)]
        case .membersPage, .mappingsPage: [.reading(), .managing("POST", 415)]
        case .explainPage: [.reading(), .permitted("POST", 415, viewer: 0, manager: 0, publisher: 403)]
        case .auditPage: [.managing("GET", 200)]
        // The link's page says that there is no such invitation; a user who is not signed in is redirected to it.
        case .acceptance:
            [.everybody("GET", 404), Expectation(method: "POST", statuses: [303] + Array(repeating: 404, count: 6))]
        case .acceptInvitation: [.signedIn("POST", 415)]
        case .invitations: [.reading(), .managing("POST", 415)]
        case .invitation: [.managing("DELETE", 404)]
        case .invitationResend: [.managing("POST", 404)]
        case .claimMappings: [.reading(), .managing("POST", 415)]
        case .claimMapping: [.reading(404), .managing("PATCH", 415), .managing("DELETE", 404)]
        case .claimMappingsExplain: [.permitted("POST", 415, viewer: 0, manager: 0, publisher: 403)]
        case .claimMappingsPreview: [.managing("POST", 415)]
        case .openAPI: [.everybody("GET", 200)]
        }
    }

    @Test("has its status; no method is forgotten")
    func matrix() async throws {
        let world = try SignInWorld()
        let acme = try #require(OrganizationID("acme"))
        let globex = try #require(OrganizationID("globex"))
        func grant(_ role: Role, to subject: String, in organization: OrganizationID) async throws {
            _ = try await world.service.access.createGrant(
                role, to: Identity(issuer: Issuer(SignInWorld.issuer), subject: Subject(subject)), in: organization,
                recording: AuditRecord(.grantCreate, by: .operator, in: organization))
        }
        try await grant(.publisher, to: "pat", in: acme)
        try await grant(.manager, to: "gloria", in: globex)
        try await grant(.manager, to: "sue", in: acme)
        let id = try IdentityID(Identity(issuer: Issuer(SignInWorld.issuer), subject: Subject("sue"))).text
        let carla = TestBrowser(world)
        try await carla.signIn("carla")
        #expect(try await carla.call("PUT", "/api/v1/organizations/acme/suspensions/\(id)").status == 200)

        for (index, asker) in Asker.allCases.enumerated() {
            let browser = TestBrowser(world)
            var token: [String] = []
            if let person = asker.person {
                try await browser.signIn(person)
                token = ["X-CSRF-Token: \(try await browser.formToken())"]
            }
            for route in Route.allCases {
                let expectations = expectations(route)
                let methods = Set(Method.allCases.filter(route.allows)).subtracting([.options, .head])
                #expect(Set(expectations.map(\.method)) == Set(methods.map(\.rawValue)), "\(route)")
                for expectation in expectations {
                    let path = route.template.replacing("{org}", with: "acme").replacing(
                        /{\w+}/, with: "AAAAAAAAAAAAAAAAAAAAAA")
                    let isPage = route.kind != .api && route.permission(for: .get) == nil
                    let fields = route == .logout ? [] : token
                    let answer = try await browser.send(
                        expectation.method, path, fields: fields + (isPage ? TestBrowser.navigation : []))
                    #expect(
                        answer.status == expectation.statuses[index],
                        "\(expectation.method) \(route.template) for \(asker.rawValue): \(answer.status)")
                }
            }
        }
    }
}
