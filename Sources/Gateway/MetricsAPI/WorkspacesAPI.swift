package import Endpoints
internal import HTTPMessage
internal import Identities
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
                            name: "sort",
                            schema:
                                #"{"type":"string","enum":["name","workflows","nested_workflows","workflow_editors","case_operators","runners"]}"#
                        ), Parameter(name: "order", schema: #"{"type":"string","enum":["asc","desc"]}"#), .limit,
                        .cursor,
                    ], results: .list("Workspace") + [.text("text/csv")], statuses: [304])),
            Endpoint(
                "workspace", .get, "/api/v1/organizations/{org}/workspaces/{ws}", .api,
                .permitted(.readMetrics, .now(workspace)),
                documentation: EndpointDocumentation(
                    summary: "One workspace", results: .one("Workspace"), statuses: [304])),
            Endpoint(
                "summary", .get, "/api/v1/organizations/{org}/summary", .api, .permitted(.readMetrics, .now(summary)),
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
        do throws(MetricsError) {
            let version = try metrics.backend.version(permit)
            let key = PageCache.Key(
                organization: permit.organization.text, query: OctetKey(Array(request.target.queryBytes ?? [])))
            // A kept page is short, so its query need not be parsed to find out whether the read takes long.
            if format == .json, let page = pages.value.reply(key, version: version) { return .now(page) }
            if let read = longRead(request, permit, format) { return .later(read) }
            let table = try table(request, permit, format)
            return .now(format == .json ? pages.value.keep(table, as: key, version: version) : table)
        } catch {
            return .now(.problem(metrics.problem(error, requestID: nil)))
        }
    }

    private func workspace(_ context: RequestContext, _ permitted: PermittedCaller) -> Reply {
        do throws(MetricsError) {
            let found = try metrics.backend.workspace(permitted.permit, id: context.variable("ws"))
            return found.map(metrics.reply) ?? MetricsReplies.noWorkspace
        } catch {
            return .problem(metrics.problem(error, requestID: nil))
        }
    }

    private func summary(_ context: RequestContext, _ permitted: PermittedCaller) -> Reply {
        do throws(MetricsError) {
            return metrics.reply(try metrics.backend.summary(permitted.permit, permitted.organization.license))
        } catch {
            return .problem(metrics.problem(error, requestID: nil))
        }
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

    /// A read that takes long and runs on another thread; nil if the reply comes from memory at once.
    private func longRead(
        _ request: Request, _ permit: Permit, _ format: Representation.Format
    ) -> (@Sendable () async -> Reply)? {
        let (metrics, backend) = (metrics, metrics.backend)
        guard let items = request.target.queryItems, let query = try? WorkspaceQuery(items),
            (try? backend.isLong(permit, query, as: format)) ?? false
        else { return nil }
        return {
            await metrics.long { () throws(MetricsError) in
                metrics.reply(try backend.workspaces(permit, query, as: format))
            }
        }
    }

    private func table(
        _ request: Request, _ permit: Permit, _ format: Representation.Format
    ) throws(MetricsError) -> Reply {
        guard let items = request.target.queryItems else { return MetricsReplies.brokenQuery }
        let query: WorkspaceQuery
        do throws(QueryError) {
            query = try WorkspaceQuery(items)
        } catch {
            return .problem(Problem(error))
        }
        return metrics.reply(try metrics.backend.workspaces(permit, query, as: format))
    }
}
