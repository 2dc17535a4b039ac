internal import Audit
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Policy
internal import Telemetry
internal import WorkspaceMetrics

/// The HTTP API for workspaces, totals and inventories. The organization comes from the permit alone.
struct MetricsAPI: Sendable {
    let backend: MetricsBackend
    let log: Log

    /// Replies that are answered from memory.
    func read(
        _ match: RouteMatch, _ request: Request, _ permit: Permit, _ license: License, _ pages: PageCache
    ) -> Reply {
        do throws(MetricsFault) {
            switch match.route {
            case .workspaces:
                let preferred = request.preferredType(among: ["application/json", "text/csv"])
                guard preferred == "application/json" else { return try table(request, permit, .csv) }
                let version = try backend.version(permit)
                let key = PageCache.Key(
                    organization: permit.organization.text, query: request.target.queryBytes ?? [])
                if let page = pages.reply(key, version: version) { return page }
                return pages.keep(try table(request, permit, .json), as: key, version: version)
            case .workspace:
                return try backend.workspace(permit, id: match.item).map(reply) ?? MetricsAPI.noWorkspace
            default:
                return reply(try backend.summary(permit, license))
            }
        } catch {
            return .problem(problem(error, requestID: nil))
        }
    }

    /// A read that takes long and runs on another thread; nil if the reply comes from memory at once.
    func longRead(_ match: RouteMatch, _ request: Request, _ permit: Permit) -> (@Sendable () async -> Reply)? {
        guard match.route == .workspaces, let items = request.target.queryItems,
            let query = try? WorkspaceQuery(items)
        else { return nil }
        let preferred = request.preferredType(among: ["application/json", "text/csv"])
        let format: Representation.Format = preferred == "application/json" ? .json : .csv
        guard (try? backend.isLong(permit, query, as: format)) ?? false else { return nil }
        return { await long { () throws(MetricsFault) in reply(try backend.workspaces(permit, query, as: format)) } }
    }

    /// Makes a reply with its content off the reactor.
    func long(_ make: @escaping @Sendable () throws(MetricsFault) -> Reply) async -> Reply {
        do throws(MetricsFault) {
            let result = try await backend.compute { Result { () throws(MetricsFault) in try make().made } }
            return try result.get()
        } catch {
            return .problem(problem(error, requestID: nil))
        }
    }

    private func table(
        _ request: Request, _ permit: Permit, _ format: Representation.Format
    ) throws(MetricsFault) -> Reply {
        guard let items = request.target.queryItems else { return MetricsAPI.brokenQuery }
        let query: WorkspaceQuery
        do throws(QueryRefusal) {
            query = try WorkspaceQuery(items)
        } catch {
            return .problem(MetricsAPI.problem(error))
        }
        return reply(try backend.workspaces(permit, query, as: format))
    }

    /// Replies that wait for the database.
    func work(
        _ match: RouteMatch, _ request: Request, _ permit: Permit, requestID: String,
        if authorization: WriteAuthorization,
        recording record: AuditRecord, _ body: RequestBody
    ) async -> Reply {
        do {
            switch (match.route, request.method) {
            case (.inventory, .put): return try await replace(permit, body, authorization, record)
            case (.inventory, _): return try await export(permit)
            case (.inventoryWorkspace, .put):
                let document = try await body.collect()
                return empty(try await backend.putWorkspace(permit, id: match.item, body: document, if: authorization))
            case (.inventoryWorkspace, .delete):
                return empty(try await backend.deleteWorkspace(permit, id: match.item, if: authorization))
            case (.inventoryWorkspace, _):
                let found = try await backend.inventoryWorkspace(permit, id: match.item)
                return found.map(reply) ?? MetricsAPI.noWorkspace
            default:
                let changes = try await body.collect()
                return empty(try await backend.change(permit, body: changes, if: authorization))
            }
        } catch let fault as MetricsFault {
            return .problem(problem(fault, requestID: requestID))
        } catch let error as BodyError {
            return .problem(MetricsAPI.problem(error))
        } catch {
            return .problem(
                Problem(.internalError, detail: "Something went wrong here. The request id names it in the log."))
        }
    }

    private func replace(
        _ permit: Permit, _ body: RequestBody, _ authorization: WriteAuthorization, _ record: AuditRecord
    ) async throws -> Reply {
        var source = body
        switch try await backend.replaceInventory(permit, from: &source, if: authorization, recording: record) {
        case .success(let summary): return .json(summary.json)
        case .failure(let refusal): return .problem(MetricsAPI.problem(refusal))
        }
    }

    private func export(_ permit: Permit) async throws -> Reply {
        let export = try await backend.inventory(permit)
        return .stream(type: "application/json", tag: export.entityTag) { writer in
            var export = export
            while let piece = try await export.next() { try await writer.write(piece) }
        }
    }

    func reply(_ representation: Representation) -> Reply {
        .content(type: representation.format.contentType, tag: representation.entityTag) { representation.body() }
    }

    private func empty(_ result: Result<Void, InventoryRefusal>) -> Reply {
        switch result {
        case .success: .noContent
        case .failure(let refusal): .problem(MetricsAPI.problem(refusal))
        }
    }
}
