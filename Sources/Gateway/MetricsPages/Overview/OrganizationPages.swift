package import Endpoints
internal import HTTPMessage
internal import Identities
internal import MetricsSnapshots
package import MetricsUseCases
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration

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

    /// The page, or with `format=csv` or `format=json` its table as a file.
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
        let page = items.last { $0.name == "page" }.flatMap { Int($0.value) } ?? 1
        let file: Representation.Format? =
            switch items.last(where: { $0.name == "format" })?.value {
            case "csv": .spreadsheet
            case "json": .allJSON
            default: nil
            }
        let (account, header, metrics) = (permitted.caller.account, permitted.header, metrics)
        let progress = SetupProgress(context, permitted.permit.organization, caller: permitted.caller)
        return metrics.outcome(
            permitted, requestID: context.requestID,
            // The table counts the matches of each filter, and visits all rows for it.
            isLong: { $0.isLong(query, as: file ?? .json) || $0.isLong(query, as: .csv) },
            { reading in
                if let file { return metrics.reply(reading.workspaces(query, as: file)) }
                let page = OrganizationPage(
                    account: account, organization: header, summary: reading.totals(),
                    publishedAt: reading.publishedAt, query: query, page: reading.table(query, page: page),
                    progress: progress)
                return .page(.ok, page.document)
            })
    }
}
