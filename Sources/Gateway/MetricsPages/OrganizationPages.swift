package import Endpoints
internal import HTTPMessage
internal import Identities
package import MetricsUseCases
internal import PageLayout
internal import RuntimeConfiguration
internal import WorkspaceMetrics

/// The Organization Management page.
package struct OrganizationPages: Sendable {
    let metrics: MetricsReplies

    package init(metrics: MetricsReplies) {
        self.metrics = metrics
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "organizationPage", .get, Paths.organization, .page, .permitted(.readMetrics, .either(organization)))
        ]
    }

    /// The page, or with `format=csv` its table as a file.
    private func organization(_ context: RequestContext, _ permitted: PermittedCaller)
        -> Handler<PermittedCaller>.Outcome
    {
        guard let items = context.request.target.queryItems else { return .now(MetricsReplies.brokenQuery) }
        let query: WorkspaceQuery
        do throws(QueryError) {
            query = try WorkspaceQuery(items)
        } catch {
            return .now(.problem(Problem(error)))
        }
        let isFile = items.contains { $0.name == "format" && $0.value == "csv" }
        let (account, header, permit) = (permitted.caller.account, permitted.header, permitted.permit)
        let (metrics, backend, license) = (metrics, metrics.backend, permitted.organization.license)
        let make: @Sendable () throws(MetricsError) -> Reply = { () throws(MetricsError) in
            if isFile { return metrics.reply(try backend.workspaces(permit, query, as: .spreadsheet)) }
            let page = OrganizationPage(
                account: account, organization: header, summary: try backend.totals(permit, license), query: query,
                page: try backend.page(permit, query))
            return .page(.ok, page.document)
        }
        do throws(MetricsError) {
            guard try backend.isLong(permit, query, as: isFile ? .spreadsheet : .json) else { return .now(try make()) }
            return .later { await metrics.long(make) }
        } catch {
            return .now(.problem(metrics.problem(error, requestID: context.requestID)))
        }
    }
}
