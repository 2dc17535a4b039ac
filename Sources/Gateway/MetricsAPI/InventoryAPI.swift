package import AccessUseCases
internal import Audit
package import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Inventory
package import MetricsUseCases
internal import Policy
internal import Web
internal import WorkspaceMetrics

/// The API for publishers: an organization's inventory, whole or in parts.
package struct InventoryAPI: Sendable {
    let metrics: MetricsReplies
    let management: ManagementFactory

    package init(metrics: MetricsReplies, management: ManagementFactory) {
        self.metrics = metrics
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "inventory", .get, InventoryAPI.inventory, .api, .permitted(.writeInventory, .later(export)),
                documentation: EndpointDocumentation(
                    summary: "The published inventory", results: .one("Inventory"), statuses: [304])),
            Endpoint(
                "inventory", .put, InventoryAPI.inventory, .api,
                .permitted(.writeInventory, .raw(type: "application/json", replace)), bodyLimit: .inventory,
                documentation: EndpointDocumentation(
                    summary: "Replace the inventory", content: "Inventory", results: .one("ImportSummary"),
                    statuses: [409])),
            Endpoint(
                "inventoryWorkspace", .get, InventoryAPI.workspace, .api,
                .permitted(.writeInventory, .later(workspace)),
                documentation: EndpointDocumentation(
                    summary: "One workspace of the inventory", results: .object, statuses: [304])),
            Endpoint(
                "inventoryWorkspace", .put, InventoryAPI.workspace, .api,
                .permitted(.writeInventory, .raw(type: "application/json", put)),
                documentation: EndpointDocumentation(
                    summary: "Create or replace a workspace of the inventory", content: "InventoryWorkspace",
                    status: 204)),
            Endpoint(
                "inventoryWorkspace", .delete, InventoryAPI.workspace, .api,
                .permitted(.writeInventory, .later(remove)),
                documentation: EndpointDocumentation(
                    summary: "Remove a workspace from the inventory", status: 204)),
            Endpoint(
                "inventoryChanges", .post, "/api/v1/organizations/{org}/inventory/changes", .api,
                .permitted(.writeInventory, .raw(type: "application/json", change)),
                documentation: EndpointDocumentation(
                    summary: "Change the inventory", content: "InventoryChanges", status: 204)),
        ]
    }

    private static let inventory: PathTemplate = "/api/v1/organizations/{org}/inventory"
    private static let workspace: PathTemplate = "/api/v1/organizations/{org}/inventory/workspaces/{ws}"

    private func export(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await work(context) {
            let export = try await metrics.backend.inventory(permitted.permit)
            return .stream(type: "application/json", tag: export.entityTag) { writer in
                var export = export
                while let piece = try await export.next() { try await writer.write(piece) }
            }
        }
    }

    private func replace(
        _ context: RequestContext, _ permitted: PermittedCaller, _ body: RequestBody
    ) async throws(Problem) -> Reply {
        let record = AuditRecord(
            .inventoryImport, by: permitted.caller.actor, in: permitted.permit.organization,
            requestID: context.requestID, address: context.remoteAddress)
        return try await work(context) {
            var source = body
            let result = try await metrics.backend.replaceInventory(
                permitted.permit, from: &source, if: management.authorization(permitted), recording: record)
            switch result {
            case .success(let summary): return .json(summary.json)
            case .failure(let refusal): return .problem(Problem(refusal))
            }
        }
    }

    private func workspace(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await work(context) {
            let found = try await metrics.backend.inventoryWorkspace(permitted.permit, id: context.variable("ws"))
            return found.map(metrics.reply) ?? MetricsReplies.noWorkspace
        }
    }

    private func put(
        _ context: RequestContext, _ permitted: PermittedCaller, _ body: RequestBody
    ) async throws(Problem) -> Reply {
        try await work(context) {
            let document = try await body.collect()
            return empty(
                try await metrics.backend.putWorkspace(
                    permitted.permit, id: context.variable("ws"), body: document,
                    if: management.authorization(permitted)))
        }
    }

    private func remove(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await work(context) {
            empty(
                try await metrics.backend.deleteWorkspace(
                    permitted.permit, id: context.variable("ws"), if: management.authorization(permitted)))
        }
    }

    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ body: RequestBody
    ) async throws(Problem) -> Reply {
        try await work(context) {
            let changes = try await body.collect()
            return empty(
                try await metrics.backend.change(
                    permitted.permit, body: changes, if: management.authorization(permitted)))
        }
    }

    // MARK: Parts

    /// Performs work that waits for the store or for content.
    private func work(_ context: RequestContext, _ work: () async throws -> Reply) async throws(Problem) -> Reply {
        do {
            return try await work()
        } catch let fault as MetricsError {
            throw metrics.problem(fault, requestID: context.requestID)
        } catch let error as BodyError {
            throw Problem(error)
        } catch {
            throw metrics.problem(unexpected: error, requestID: context.requestID)
        }
    }

    private func empty(_ result: Result<Void, InventoryRefusal>) -> Reply {
        switch result {
        case .success: .noContent
        case .failure(let refusal): .problem(Problem(refusal))
        }
    }
}
