package import Web

/// The paths that browsers visit. Links and forms of pages, and the endpoints themselves, use these values.
package enum Paths {
    package static let home: PathTemplate = "/"
    package static let organization: PathTemplate = "/organizations/{org}"
    package static let usage: PathTemplate = "/organizations/{org}/usage"
    package static let workspace: PathTemplate = "/organizations/{org}/workspaces/{ws}"
    package static let members: PathTemplate = "/organizations/{org}/members"
    package static let requests: PathTemplate = "/organizations/{org}/access-requests"
    /// A question about one user, and its answer.
    package static let memberAction: PathTemplate = "/organizations/{org}/members/{identity_id}/{action}"
    package static let invitations: PathTemplate = "/organizations/{org}/invitations"
    package static let newInvitations: PathTemplate = "/organizations/{org}/invitations/new"
    package static let invitationLinks: PathTemplate = "/organizations/{org}/invitations/links"
    package static let invitationAction: PathTemplate = "/organizations/{org}/invitations/{id}/{action}"
    package static let mappings: PathTemplate = "/organizations/{org}/claim-mappings"
    package static let explain: PathTemplate = "/organizations/{org}/claim-mappings/explain"
    package static let upstreams: PathTemplate = "/organizations/{org}/upstreams"
    package static let explainUpstream: PathTemplate = "/organizations/{org}/upstreams/{id}/explain"
    package static let audit: PathTemplate = "/organizations/{org}/audit"
    package static let account: PathTemplate = "/account"
    /// The path of invitations' links.
    package static let acceptance: PathTemplate = "/invitations/accept"
    package static let asset: PathTemplate = "/assets/{file}"
}
