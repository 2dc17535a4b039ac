internal import Text

/// A route with the values of its variables, percent-decoded.
public struct RouteMatch: Hashable, Sendable {
    public let route: Route
    /// `{org}`; empty if the route has none.
    public var organization: String = ""
    /// `{ws}`, `{id}`, `{provider}` or `{file}`; empty if the route has none.
    public var item: String = ""

    /// The route of a path's segments (`["api", "v1", "me"]`); nil if there is none. A trailing slash makes a
    /// different path.
    public init?(segments: [String]) {
        switch segments.first {
        case "" where segments.count == 1: route = .home
        case "organizations" where segments.count == 2:
            route = .organizationPage
            organization = segments[1]
        case "organizations" where segments.count == 3 && RouteMatch.pages[ExactText(segments[2])] != nil:
            route = RouteMatch.pages[ExactText(segments[2])] ?? .organizationPage
            organization = segments[1]
        case "organizations" where segments.count == 4 && segments[2...] == ["claim-mappings", "explain"]:
            route = .explainPage
            organization = segments[1]
        case "invitations" where segments.count == 2 && segments[1] == "accept": route = .acceptance
        case "assets" where segments.count == 2:
            route = .asset
            item = segments[1]
        case "auth":
            switch (segments.dropFirst().first, segments.count) {
            case ("login", 2): route = .login
            case ("initiate", 2): route = .initiate
            case ("callback", 2): route = .callbackWithoutProvider
            case ("callback", 3):
                route = .callback
                item = segments[2]
            case ("logout", 2): route = .logout
            case ("signed-out", 2): route = .signedOut
            case ("backchannel-logout", 3):
                route = .backchannelLogout
                item = segments[2]
            default: return nil
            }
        case "api" where segments.count >= 3 && segments[1] == "v1":
            guard let match = RouteMatch(api: segments) else { return nil }
            self = match
        default: return nil
        }
    }

    /// The pages beside an organization's own page.
    private static let pages: [ExactText: Route] = [
        "members": .membersPage, "claim-mappings": .mappingsPage, "audit": .auditPage,
    ]

    private init?(api segments: [String]) {
        let rest = segments[2...]
        guard rest.first == "organizations" else {
            switch (rest.first, rest.count) {
            case ("openapi.json", 1): route = .openAPI
            case ("invitations", 2) where segments[3] == "accept": route = .acceptInvitation
            case ("me", 1): route = .me
            case ("me", 3) where segments[3] == "sessions":
                route = .mySession
                item = segments[4]
            default: return nil
            }
            return
        }
        guard rest.count > 1 else {
            route = .organizations
            return
        }
        organization = segments[3]
        switch (segments.dropFirst(4).first, segments.count) {
        case ("workspaces", 5): route = .workspaces
        case ("workspaces", 6):
            route = .workspace
            item = segments[5]
        case ("summary", 5): route = .summary
        case ("denied-sign-ins", 5): route = .deniedSignIns
        case ("audit-events", 5): route = .auditEvents
        case ("members", 5): route = .members
        case ("members", 7) where segments[6] == "sessions":
            route = .memberSessions
            item = segments[5]
        case ("grants", 5): route = .grants
        case ("grants", 6):
            route = .grant
            item = segments[5]
        case ("suspensions", 5): route = .suspensions
        case ("suspensions", 6):
            route = .suspension
            item = segments[5]
        case ("invitations", 5): route = .invitations
        case ("invitations", 6):
            route = .invitation
            item = segments[5]
        case ("invitations", 7) where segments[6] == "resend":
            route = .invitationResend
            item = segments[5]
        case ("claim-mappings", 5): route = .claimMappings
        case ("claim-mappings", 6) where segments[5] == "explain": route = .claimMappingsExplain
        case ("claim-mappings", 6) where segments[5] == "preview": route = .claimMappingsPreview
        case ("claim-mappings", 6):
            route = .claimMapping
            item = segments[5]
        case ("inventory", 5): route = .inventory
        case ("inventory", 6) where segments[5] == "changes": route = .inventoryChanges
        case ("inventory", 7) where segments[5] == "workspaces":
            route = .inventoryWorkspace
            item = segments[6]
        default: return nil
        }
    }
}
