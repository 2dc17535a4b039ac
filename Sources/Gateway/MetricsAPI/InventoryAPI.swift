package import AccessUseCases
internal import Audit
package import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
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

    package var endpoints: [Endpoint] { whole + parts }

    private var whole: [Endpoint] {
        [
            Endpoint(
                "inventory", .get, InventoryAPI.inventory, .api, .permitted(.writeInventory, .later(export)),
                documentation: EndpointDocumentation(
                    summary: "The published inventory", parameters: InventoryAPI.conditions,
                    results: .one("Inventory"), statuses: [304, 412])),
            Endpoint(
                "inventory", .put, InventoryAPI.inventory, .api,
                .streamed(.writeInventory, type: "application/json", replace), bodyLimit: .inventory,
                documentation: EndpointDocumentation(
                    summary: "Replace the inventory", parameters: InventoryAPI.conditions, content: "Inventory",
                    results: .one("ImportSummary"), statuses: [409, 412])),
            Endpoint(
                "inventory", .delete, InventoryAPI.inventory, .api, .permitted(.writeInventory, .later(removeAll)),
                documentation: EndpointDocumentation(
                    summary: "Remove everything from the inventory", parameters: InventoryAPI.conditions, status: 204,
                    statuses: [409, 412])),
            Endpoint(
                "inventoryChanges", .post, "/api/v1/organizations/{org}/inventory/changes", .api,
                .streamed(.writeInventory, type: "application/json", change),
                documentation: EndpointDocumentation(
                    summary: "Change the inventory", parameters: InventoryAPI.conditions + [.idempotencyKey],
                    content: "InventoryChanges", status: 204, statuses: [409, 412])),
        ]
    }

    private var parts: [Endpoint] {
        [
            Endpoint(
                "inventoryWorkspace", .get, InventoryAPI.workspace, .api,
                .permitted(.writeInventory, .later(workspace)),
                documentation: EndpointDocumentation(
                    summary: "One workspace of the inventory", parameters: InventoryAPI.conditions, results: .object,
                    statuses: [304, 412])),
            Endpoint(
                "inventoryWorkspace", .put, InventoryAPI.workspace, .api,
                .streamed(.writeInventory, type: "application/json", put),
                documentation: EndpointDocumentation(
                    summary: "Create or replace a workspace of the inventory", parameters: InventoryAPI.conditions,
                    content: "InventoryWorkspace", status: 204, statuses: [412])),
            Endpoint(
                "inventoryWorkspace", .delete, InventoryAPI.workspace, .api,
                .permitted(.writeInventory, .later(remove)),
                documentation: EndpointDocumentation(
                    summary: "Remove a workspace from the inventory", parameters: InventoryAPI.conditions, status: 204,
                    statuses: [412])),
        ]
    }

    private static let conditions: [EndpointDocumentation.Parameter] = [.ifMatch, .ifNoneMatch]
    private static let inventory: PathTemplate = "/api/v1/organizations/{org}/inventory"
    private static let workspace: PathTemplate = "/api/v1/organizations/{org}/inventory/workspaces/{ws}"

    // MARK: The whole inventory

    private func export(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let conditions = Preconditions(context.request)
        return try await work(context) {
            let tag = try await metrics.backend.inventoryTag(permitted.permit)
            // Without content there is nothing to write out.
            if conditions.permitRead(of: EntityTag(tag)),
                context.request.method == .head || conditions.isCurrent(EntityTag(tag))
            {
                return .stream(type: "application/json", tag: tag) { _ in }
            }
            let export = try await metrics.backend.inventory(permitted.permit)
            guard conditions.permitRead(of: EntityTag(export.entityTag)) else {
                return .problem(.inventoryChanged)
            }
            return .stream(type: "application/json", tag: export.entityTag) { writer in
                var export = export
                while let piece = try await export.next() { try await writer.write(piece) }
            }
        }
    }

    private func replace(
        _ context: RequestContext, _ permitted: PermittedCaller, _ content: StreamedContent
    ) async throws(Problem) -> Reply {
        let record = record(context, permitted)
        return try await work(context) {
            let result = try await content.store { body, authorization in
                var source = body
                return try await metrics.backend.replaceInventory(
                    permitted.permit, from: &source, if: PublisherAuthorization(authorization),
                    when: Preconditions(context.request), recording: record)
            }
            switch result {
            case .success(let summary): return .json(summary.json).tagged(summary.entityTag)
            case .failure(let refusal): return problem(refusal, permitted)
            }
        }
    }

    private func removeAll(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let record = record(context, permitted)
        return try await work(context) {
            written(
                try await metrics.backend.deleteInventory(
                    permitted.permit, if: PublisherAuthorization(management.authorization(permitted)),
                    when: Preconditions(context.request), recording: record), permitted)
        }
    }

    private func record(_ context: RequestContext, _ permitted: PermittedCaller) -> AuditRecord {
        AuditRecord(
            .inventoryImport, by: permitted.caller.actor(under: context.state.rules), in: permitted.permit.organization,
            requestID: context.requestID, address: context.remoteAddress)
    }

    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ content: StreamedContent
    ) async throws(Problem) -> Reply {
        let key = try context.idempotencyKey
        return try await work(context) {
            guard let key else { return try await change(context, permitted, content, as: nil) }
            guard let request = try metrics.backend.begin(permitted.permit, key) else {
                return problem(.keyUnderWay, permitted)
            }
            defer { metrics.backend.end(request) }
            return try await change(context, permitted, content, as: request)
        }
    }

    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ content: StreamedContent,
        as request: RepeatableRequest?
    ) async throws -> Reply {
        let answer = try await content.store { body, authorization in
            try await metrics.backend.change(
                permitted.permit, body: body.collect(), if: PublisherAuthorization(authorization),
                when: Preconditions(context.request), as: request)
        }
        let reply = written(answer.result, permitted)
        return answer.isReplayed ? .adding(Fields([(.idempotencyReplayed, "true")]), reply) : reply
    }

    // MARK: One workspace

    private func workspace(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await work(context) {
            guard let found = try await metrics.backend.inventoryWorkspace(permitted.permit, id: context.variable("ws"))
            else { return MetricsReplies.noWorkspace }
            guard Preconditions(context.request).permitRead(of: EntityTag(found.entityTag)) else {
                return .problem(.inventoryChanged)
            }
            return metrics.reply(found)
        }
    }

    private func put(
        _ context: RequestContext, _ permitted: PermittedCaller, _ content: StreamedContent
    ) async throws(Problem) -> Reply {
        try await work(context) {
            written(
                try await content.store { body, authorization in
                    try await metrics.backend.putWorkspace(
                        permitted.permit, id: context.variable("ws"), body: body.collect(),
                        if: PublisherAuthorization(authorization), when: Preconditions(context.request))
                }, permitted)
        }
    }

    private func remove(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await work(context) {
            let result = try await metrics.backend.deleteWorkspace(
                permitted.permit, id: context.variable("ws"),
                if: PublisherAuthorization(management.authorization(permitted)),
                when: Preconditions(context.request))
            switch result {
            case .success: return .noContent
            case .failure(let refusal): return problem(refusal, permitted)
            }
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

    private func problem(_ refusal: InventoryRefusal, _ permitted: PermittedCaller) -> Reply {
        .problem(Problem(refusal, of: management.standing(permitted.caller)))
    }

    /// - Parameter result: the entity tag of what was written.
    private func written(_ result: Result<String, InventoryRefusal>, _ permitted: PermittedCaller) -> Reply {
        switch result {
        case .success(let tag): Reply.noContent.tagged(tag)
        case .failure(let refusal): problem(refusal, permitted)
        }
    }
}

extension RequestContext {
    /// The request's idempotency key; nil if it has none.
    ///
    /// - Throws: `invalid_request` if the field is repeated, or is not a key.
    fileprivate var idempotencyKey: IdempotencyKey? {
        get throws(Problem) {
            guard let value = request.fieldBytes(.idempotencyKey) else { return nil }
            guard request.count(of: .idempotencyKey) == 1, let key = IdempotencyKey(value) else {
                throw Problem(
                    .invalidRequest,
                    detail: "Idempotency-Key must occur once and have 1–\(IdempotencyKey.longest) visible characters.")
            }
            return key
        }
    }
}
