public import HTTPMessage
public import Identities

/// Every route of the public listener, as a closed list. Other paths are 404, and labels in logs and metrics are these
/// templates, never a path.
public enum Route: Hashable, Sendable, CaseIterable {
    case home
    case organizationPage
    case membersPage
    case mappingsPage
    case explainPage
    case auditPage
    case acceptance
    case login
    case initiate
    case callback
    case callbackWithoutProvider
    case logout
    case signedOut
    case backchannelLogout
    case asset
    case me
    case mySession
    case organizations
    case workspaces
    case workspace
    case summary
    case inventory
    case inventoryWorkspace
    case inventoryChanges
    case deniedSignIns
    case auditEvents
    case members
    case memberSessions
    case grants
    case grant
    case suspensions
    case suspension
    case invitations
    case invitation
    case invitationResend
    case claimMappings
    case claimMapping
    case claimMappingsExplain
    case claimMappingsPreview
    case acceptInvitation
    case openAPI

    /// The audience of a route, which decides the form of its errors.
    enum Kind {
        /// Users in a browser: pages, and redirects to sign in.
        case page
        /// Users who sign in or out.
        case signIn
        /// Programs: JSON.
        case api
    }

    var kind: Kind {
        switch self {
        case .home, .organizationPage, .membersPage, .mappingsPage, .explainPage, .auditPage, .acceptance, .asset: .page
        case .login, .initiate, .callback, .callbackWithoutProvider, .logout, .signedOut: .signIn
        case .backchannelLogout, .me, .mySession, .organizations, .workspaces, .workspace, .summary, .inventory,
            .inventoryWorkspace, .inventoryChanges, .deniedSignIns, .auditEvents, .members, .memberSessions,
            .grants, .grant, .suspensions, .suspension, .invitations, .invitation, .invitationResend, .claimMappings,
            .claimMapping, .claimMappingsExplain, .claimMappingsPreview, .acceptInvitation, .openAPI:
            .api
        }
    }

    /// Whether requests of one address are counted for this route.
    var isRateLimited: Bool {
        switch self {
        case .login, .initiate, .callback, .callbackWithoutProvider, .logout, .signedOut, .backchannelLogout,
            .acceptance,
            .acceptInvitation:
            true
        default: false
        }
    }

    /// The path with its variables in braces, as the contract writes it.
    public var template: String {
        switch self {
        case .home: "/"
        case .organizationPage: "/organizations/{org}"
        case .membersPage: "/organizations/{org}/members"
        case .mappingsPage: "/organizations/{org}/claim-mappings"
        case .explainPage: "/organizations/{org}/claim-mappings/explain"
        case .auditPage: "/organizations/{org}/audit"
        case .acceptance: "/invitations/accept"
        case .login: "/auth/login"
        case .initiate: "/auth/initiate"
        case .callback: "/auth/callback/{provider}"
        case .callbackWithoutProvider: "/auth/callback"
        case .logout: "/auth/logout"
        case .signedOut: "/auth/signed-out"
        case .backchannelLogout: "/auth/backchannel-logout/{provider}"
        case .asset: "/assets/{file}"
        case .me: "/api/v1/me"
        case .mySession: "/api/v1/me/sessions/{id}"
        case .organizations: "/api/v1/organizations"
        case .workspaces: "/api/v1/organizations/{org}/workspaces"
        case .workspace: "/api/v1/organizations/{org}/workspaces/{ws}"
        case .summary: "/api/v1/organizations/{org}/summary"
        case .inventory: "/api/v1/organizations/{org}/inventory"
        case .inventoryWorkspace: "/api/v1/organizations/{org}/inventory/workspaces/{ws}"
        case .inventoryChanges: "/api/v1/organizations/{org}/inventory/changes"
        case .deniedSignIns: "/api/v1/organizations/{org}/denied-sign-ins"
        case .auditEvents: "/api/v1/organizations/{org}/audit-events"
        case .members: "/api/v1/organizations/{org}/members"
        case .memberSessions: "/api/v1/organizations/{org}/members/{identity_id}/sessions"
        case .grants: "/api/v1/organizations/{org}/grants"
        case .grant: "/api/v1/organizations/{org}/grants/{id}"
        case .suspensions: "/api/v1/organizations/{org}/suspensions"
        case .suspension: "/api/v1/organizations/{org}/suspensions/{identity_id}"
        case .invitations: "/api/v1/organizations/{org}/invitations"
        case .invitation: "/api/v1/organizations/{org}/invitations/{id}"
        case .invitationResend: "/api/v1/organizations/{org}/invitations/{id}/resend"
        case .claimMappings: "/api/v1/organizations/{org}/claim-mappings"
        case .claimMapping: "/api/v1/organizations/{org}/claim-mappings/{id}"
        case .claimMappingsExplain: "/api/v1/organizations/{org}/claim-mappings/explain"
        case .claimMappingsPreview: "/api/v1/organizations/{org}/claim-mappings/preview"
        case .acceptInvitation: "/api/v1/invitations/accept"
        case .openAPI: "/api/v1/openapi.json"
        }
    }

    /// The allowed methods beside `OPTIONS`; `HEAD` is allowed wherever `GET` is.
    private var methods: Set<Method> {
        switch self {
        case .home, .organizationPage, .signedOut, .asset, .me, .organizations, .workspaces, .workspace, .summary,
            .deniedSignIns, .auditEvents, .members, .grants, .suspensions, .auditPage, .openAPI:
            [.get]
        case .login, .initiate, .callback, .callbackWithoutProvider, .membersPage, .mappingsPage, .explainPage,
            .acceptance,
            .invitations, .claimMappings:
            [.get, .post]
        case .logout, .backchannelLogout, .inventoryChanges, .invitationResend, .claimMappingsExplain,
            .claimMappingsPreview, .acceptInvitation:
            [.post]
        case .mySession, .memberSessions, .grant, .invitation: [.delete]
        case .claimMapping: [.get, .patch, .delete]
        case .suspension: [.put, .delete]
        case .inventory: [.get, .put]
        case .inventoryWorkspace: [.get, .put, .delete]
        }
    }

    /// Returns true if the route allows a method.
    public func allows(_ method: Method) -> Bool {
        method == .options || methods.contains(method == .head ? .get : method)
    }

    /// The value of the `Allow` field.
    var allow: String { Method.allCases.filter(allows).map(\.rawValue).joined(separator: ", ") }

    /// The permission that a method needs in the organization that the path names. Returns nil if being signed in is
    /// enough, or is not needed either.
    public func permission(for method: Method) -> Permission? {
        switch self {
        case .home, .login, .initiate, .callback, .callbackWithoutProvider, .logout, .signedOut, .backchannelLogout,
            .asset, .me,
            .mySession, .organizations, .acceptance, .acceptInvitation, .openAPI:
            nil
        case .organizationPage, .workspaces, .workspace, .summary: .readMetrics
        case .inventory, .inventoryWorkspace, .inventoryChanges: .writeInventory
        case .deniedSignIns, .claimMappingsPreview: .writeMappings
        case .auditEvents, .auditPage: .readAudit
        case .members, .grants, .suspensions, .claimMappingsExplain, .explainPage: .readMembers
        case .membersPage, .invitations: method.changesState ? .writeMembers : .readMembers
        case .mappingsPage, .claimMappings, .claimMapping: method.changesState ? .writeMappings : .readMembers
        case .memberSessions, .grant, .suspension, .invitation, .invitationResend: .writeMembers
        }
    }
}
