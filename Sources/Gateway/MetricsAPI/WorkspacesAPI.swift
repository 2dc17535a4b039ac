package import Endpoints
internal import HTTPMessage
internal import Identities
internal import MetricsSnapshots
package import MetricsUseCases
internal import Policy
internal import RuntimeConfiguration
internal import Text
package import Threads
internal import Web
internal import WorkspaceMetrics

/// The API for workspaces and totals, answered from memory, and for their history.
package struct WorkspacesAPI: Sendable {
    let metrics: MetricsReplies
    /// The rendered pages of the reactor that this value belongs to.
    let pages: Confined<PageCache>

    package init(metrics: MetricsReplies, pages: Confined<PageCache>) {
        self.metrics = metrics
        self.pages = pages
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "workspaces", .get, "/api/v1/organizations/{org}/workspaces", .api,
                .permitted(.readMetrics, .either(workspaces)),
                documentation: EndpointDocumentation(
                    summary: "Workspaces with their metrics and owners",
                    parameters: [
                        Parameter(name: "q", schema: Parameter.text), Parameter(name: "owner", schema: Parameter.text),
                        Parameter(
                            name: "filter",
                            schema: #"{"type":"string","enum":["grew","large","empty","no_owner"]}"#),
                        Parameter(
                            name: "sort",
                            schema:
                                #"{"type":"string","enum":["name","workflows","nested_workflows","workflow_editors","case_operators","runners","change","published_at"]}"#
                        ), Parameter(name: "order", schema: #"{"type":"string","enum":["asc","desc"]}"#), .limit,
                        .cursor,
                    ], results: .list("Workspace") + [.text("text/csv")], statuses: [304])),
            Endpoint(
                "workspace", .get, "/api/v1/organizations/{org}/workspaces/{ws}", .api,
                .permitted(.readMetrics, .either(workspace)),
                documentation: EndpointDocumentation(
                    summary: "One workspace", results: .one("Workspace"), statuses: [304])),
            Endpoint(
                "summary", .get, "/api/v1/organizations/{org}/summary", .api,
                .permitted(.readMetrics, .either(summary)),
                documentation: EndpointDocumentation(
                    summary: "Totals against the license", results: .one("Summary"), statuses: [304])),
            Endpoint(
                "usage", .get, "/api/v1/organizations/{org}/usage", .api, .permitted(.readMetrics, .later(usage)),
                documentation: EndpointDocumentation(
                    summary: "History of the organization's or a workspace's metrics",
                    parameters: [
                        Parameter(name: "from", schema: Parameter.date), Parameter(name: "to", schema: Parameter.date),
                        Parameter(
                            name: "interval",
                            schema: #"{"type":"string","enum":["day","week","month"],"default":"day"}"#),
                        Parameter(name: "workspace", schema: Parameter.text),
                    ], results: .one("Usage"), statuses: [304])),
        ]
    }

    private typealias Parameter = EndpointDocumentation.Parameter

    private func workspaces(
        _ context: RequestContext, _ permitted: PermittedCaller
    ) -> Handler<PermittedCaller>.Outcome {
        let (request, permit) = (context.request, permitted.permit)
        let preferred = request.preferredType(among: ["application/json", "text/csv"])
        let format: Representation.Format = preferred == "application/json" ? .json : .csv
        let key = PageCache.Key(
            organization: permit.organization.text, query: OctetKey(Array(request.target.queryBytes ?? [])))
        let version = try? metrics.backend.reading(permit, permitted.organization.license)?.version
        if format == .json, let version, let page = pages.value.reply(key, version: version) { return .now(page) }
        guard let items = request.target.queryItems else { return .now(MetricsReplies.brokenQuery) }
        let query: WorkspaceQuery
        do throws(QueryError) {
            query = try WorkspaceQuery(items)
        } catch {
            return .now(.problem(Problem(error)))
        }
        let outcome = metrics.outcome(
            permitted, requestID: nil, isLong: { $0.isLong(query, as: format) },
            { [metrics] in metrics.reply($0.workspaces(query, as: format)) })
        // The license decides which workspaces are large, and the version does not include it.
        guard case .now(let page) = outcome, format == .json, let version, query.filter != .large else {
            return outcome
        }
        return .now(pages.value.keep(page, as: key, version: version))
    }

    private func workspace(
        _ context: RequestContext, _ permitted: PermittedCaller
    ) -> Handler<PermittedCaller>.Outcome {
        let id = context.variable("ws")
        return metrics.outcome(permitted, requestID: nil) { [metrics] in
            $0.workspace(id: id).map(metrics.reply) ?? MetricsReplies.noWorkspace
        }
    }

    private func summary(_ context: RequestContext, _ permitted: PermittedCaller) -> Handler<PermittedCaller>.Outcome {
        metrics.outcome(permitted, requestID: nil) { [metrics] in metrics.reply($0.summary()) }
    }

    private func usage(_ context: RequestContext, _ permitted: PermittedCaller) async -> Reply {
        guard let items = context.request.target.queryItems else { return MetricsReplies.brokenQuery }
        let query: UsageQuery
        do throws(QueryError) {
            query = try UsageQuery(items, today: metrics.backend.today)
        } catch {
            return .problem(Problem(error))
        }
        do throws(MetricsError) {
            let found = try await metrics.backend.usage(permitted.permit, query)
            return found.map(metrics.reply) ?? MetricsReplies.noWorkspace
        } catch {
            return .problem(metrics.problem(error, requestID: context.requestID))
        }
    }
}
