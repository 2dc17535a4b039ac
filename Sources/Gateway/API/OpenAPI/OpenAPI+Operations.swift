internal import HTTPMessage

extension OpenAPI {
    private static func one(_ schema: String) -> [(type: String, schema: String)] {
        [("application/json", reference(schema))]
    }

    private static func list(_ item: String) -> [(type: String, schema: String)] {
        let items = "{\"type\":\"array\",\"items\":\(reference(item))}"
        let cursor = #"{"type":["string","null"]}"#
        return [
            (
                "application/json",
                "{\"type\":\"object\",\"required\":[\"items\",\"next_cursor\"],"
                    + "\"properties\":{\"items\":\(items),\"next_cursor\":\(cursor)}}"
            )
        ]
    }

    private static let text = #"{"type":"string"}"#

    /// The operations of a route; empty if the route is not part of the API.
    static func operations(_ route: Route) -> [Operation] {
        switch route {
        case .home, .organizationPage, .membersPage, .mappingsPage, .explainPage, .auditPage, .acceptance, .login,
            .callback, .logout, .signedOut, .backchannelLogout, .asset:
            []
        case .openAPI:
            [
                Operation(
                    method: .get, summary: "This document", answers: [("application/json", "{\"type\":\"object\"}")])
            ]
        case .me: [Operation(method: .get, summary: "Who one is, one's roles and sessions", answers: one("Me"))]
        case .mySession:
            [Operation(method: .delete, summary: "End one of one's sessions", status: 204, problems: [404])]
        case .organizations:
            [
                Operation(
                    method: .get, summary: "The organizations in which one has a role", parameters: [.limit, .cursor],
                    answers: list("Organization"))
            ]
        case .workspaces:
            [
                Operation(
                    method: .get, summary: "Workspaces with their metrics and owners",
                    parameters: [
                        Parameter("q", text), Parameter("owner", text),
                        Parameter(
                            "sort",
                            #"{"type":"string","enum":["name","workflows","nested_workflows","workflow_editors","case_operators","runners"]}"#
                        ), Parameter("order", #"{"type":"string","enum":["asc","desc"]}"#), .limit, .cursor,
                    ], answers: list("Workspace") + [("text/csv", text)], problems: [304])
            ]
        case .workspace:
            [Operation(method: .get, summary: "One workspace", answers: one("Workspace"), problems: [304])]
        case .summary:
            [Operation(method: .get, summary: "Totals against the license", answers: one("Summary"), problems: [304])]
        case .inventory:
            [
                Operation(
                    method: .get, summary: "The inventory as it was published", answers: one("Inventory"),
                    problems: [304]),
                Operation(
                    method: .put, summary: "Replace the inventory", body: "Inventory", answers: one("ImportSummary"),
                    problems: [409]),
            ]
        case .inventoryWorkspace:
            [
                Operation(
                    method: .get, summary: "One workspace of the inventory",
                    answers: [("application/json", "{\"type\":\"object\"}")], problems: [304]),
                Operation(
                    method: .put, summary: "Put a workspace into the inventory", body: "InventoryWorkspace", status: 204
                ),
                Operation(method: .delete, summary: "Take a workspace out of the inventory", status: 204),
            ]
        case .inventoryChanges:
            [Operation(method: .post, summary: "Change the inventory", body: "InventoryChanges", status: 204)]
        default: managementOperations(route)
        }
    }

    private static func managementOperations(_ route: Route) -> [Operation] {
        switch route {
        case .deniedSignIns:
            [
                Operation(
                    method: .get, summary: "Sign-ins that earned no role here", parameters: [.limit, .cursor],
                    answers: list("DeniedSignIn"))
            ]
        case .auditEvents:
            [
                Operation(
                    method: .get, summary: "The audit log, the newest first; all of it as JSON lines or CSV",
                    parameters: [
                        Parameter("from", #"{"type":"string","format":"date-time"}"#),
                        Parameter("to", #"{"type":"string","format":"date-time"}"#),
                        Parameter("actor", #"{"type":"string","maxLength":255}"#), Parameter("action", text), .limit,
                        .cursor,
                    ], answers: list("AuditEvent") + [("application/jsonl", text), ("text/csv", text)])
            ]
        case .members:
            [
                Operation(
                    method: .get, summary: "Everyone with access, and from where", parameters: [.limit, .cursor],
                    answers: list("Member"))
            ]
        case .memberSessions:
            [Operation(method: .delete, summary: "End the sessions of somebody", status: 204)]
        case .grants:
            [Operation(method: .get, summary: "Stored roles", parameters: [.limit, .cursor], answers: list("Grant"))]
        case .grant:
            [
                Operation(
                    method: .delete, summary: "Take a stored role away", parameters: [.confirm], status: 204,
                    problems: [409])
            ]
        case .suspensions:
            [
                Operation(
                    method: .get, summary: "Who is shut out", parameters: [.limit, .cursor], answers: list("Suspension")
                )
            ]
        case .suspension:
            [
                Operation(
                    method: .put, summary: "Shut somebody out", parameters: [.confirm], answers: one("Suspension"),
                    problems: [409]),
                Operation(method: .delete, summary: "Let somebody in again", status: 204),
            ]
        case .invitations:
            [
                Operation(
                    method: .get, summary: "Invitations, the newest first",
                    parameters: [
                        Parameter("state", #"{"type":"string","enum":["pending","accepted","revoked","expired"]}"#),
                        .limit, .cursor,
                    ], answers: list("Invitation")),
                Operation(
                    method: .post, summary: "Invite somebody; 200 where the address is invited already",
                    body: "InvitationDraft", status: 201, answers: one("Invitation"), problems: [200, 409, 429]),
            ]
        case .invitation:
            [Operation(method: .delete, summary: "Take a pending invitation back", status: 204, problems: [409])]
        case .invitationResend:
            [
                Operation(
                    method: .post, summary: "Make a new link, end the old one, and send it", answers: one("Invitation"),
                    problems: [409, 429])
            ]
        case .acceptInvitation:
            [
                Operation(
                    method: .post, summary: "Accept an invitation", body: "Acceptance", answers: one("AcceptedGrant"),
                    problems: [403, 404, 409])
            ]
        case .claimMappings:
            [
                Operation(
                    method: .get, summary: "All rows by rank, the file's first", parameters: [.limit, .cursor],
                    answers: list("ClaimMapping"), problems: [304]),
                Operation(
                    method: .post, summary: "Add a row", parameters: [.confirm, .ifMatch], body: "ClaimMappingDraft",
                    status: 201, answers: one("ClaimMapping"), problems: [409, 412]),
            ]
        case .claimMapping:
            [
                Operation(method: .get, summary: "One row", answers: one("ClaimMapping"), problems: [304]),
                Operation(
                    method: .patch, summary: "Change or move a row", parameters: [.confirm, .ifMatch],
                    body: "ClaimMappingChange", answers: one("ClaimMapping"), problems: [409, 412]),
                Operation(
                    method: .delete, summary: "Remove a row", parameters: [.confirm, .ifMatch], status: 204,
                    problems: [409, 412]),
            ]
        case .claimMappingsExplain:
            [
                Operation(
                    method: .post, summary: "Each row's verdict on a token, on claims, or on somebody who signed in",
                    body: "ExplainRequest", answers: one("Explanation"))
            ]
        case .claimMappingsPreview:
            [
                Operation(
                    method: .post, summary: "Who gains, loses or changes a role by changes of the rows",
                    body: "PreviewRequest", answers: one("Preview"))
            ]
        default: []
        }
    }
}
