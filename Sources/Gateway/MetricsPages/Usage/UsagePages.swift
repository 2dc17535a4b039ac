package import Endpoints
internal import HTTPMessage
internal import Identities
internal import Inventory
internal import MetricsSnapshots
package import MetricsUseCases
internal import PageLayout
internal import RuntimeConfiguration
internal import Text
internal import Time
internal import WorkspaceMetrics

/// The pages of history: of the organization, and of one workspace.
package struct UsagePages: Sendable {
    let metrics: MetricsReplies

    package init(metrics: MetricsReplies) {
        self.metrics = metrics
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("usagePage", .get, Paths.usage, .page, .permitted(.readMetrics, .later(usage))),
            Endpoint("workspacePage", .get, Paths.workspace, .page, .permitted(.readMetrics, .later(workspace))),
        ]
    }

    /// The page, or with `format=csv` its tables as a file.
    private func usage(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        guard let items = context.request.target.queryItems else { return MetricsReplies.brokenQuery }
        let query = try self.query(items, interval: .week)
        return try await reading(context) { () async throws(MetricsError) -> Reply in
            let reading = try await metrics.backend.load(permitted.permit, permitted.organization.license)
            guard let report = try await metrics.backend.usageReport(permitted.permit, query) else {
                return MetricsReplies.noWorkspace
            }
            if items.contains(where: { $0.name.isExactly("format") && $0.value.isExactly("csv") }) {
                return await metrics.made {
                    .content(type: Representation.Format.csv.contentType, tag: nil) { report.csv }
                }
            }
            var before: UsageReport?
            if items.contains(where: { $0.name.isExactly("compare") && $0.value.isExactly("1") }),
                let earlier = query.before
            {
                before = try await metrics.backend.usageReport(permitted.permit, earlier)
            }
            let (account, header, earlier) = (permitted.caller.account, permitted.header, before)
            return await metrics.made {
                let page = UsagePage(
                    account: account, organization: header, query: query, report: report,
                    before: earlier?.padded(to: report.starts.count), summary: reading.totals(),
                    workspace: query.workspace.map { reading.row(id: $0)?.name ?? $0 })
                return .page(.ok, page.document)
            }
        }
    }

    private func workspace(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let id = context.variable("ws")
        let items = context.request.target.queryItems ?? []
        let metric = items.last { $0.name.isExactly("metric") }.flatMap { Metric(exactly: $0.value) } ?? .workflows
        let own = items.filter { $0.name.isExactly("interval") } + [(name: "workspace", value: id)]
        let (query, daily) = (try self.query(own, interval: .week), try self.query(own.suffix(1), interval: .day))
        return try await reading(context) { () async throws(MetricsError) -> Reply in
            let backend = metrics.backend
            let reading = try await backend.load(permitted.permit, permitted.organization.license)
            guard let report = try await backend.usageReport(permitted.permit, query),
                let recent = try await backend.usageReport(permitted.permit, daily)
            else { return MetricsReplies.noWorkspace }
            let row = reading.row(id: id)
            let breakdown = row == nil ? nil : try await backend.breakdown(permitted.permit, workspace: id)
            let (account, header) = (permitted.caller.account, permitted.header)
            return await metrics.made {
                let page = WorkspacePage(
                    account: account, organization: header, id: id, row: row, breakdown: breakdown,
                    summary: reading.totals(), metric: metric, report: report, recent: recent,
                    ownedCounts: reading.workspaceCounts(of: row?.owners ?? []))
                return .page(.ok, page.document)
            }
        }
    }

    private func query(
        _ items: [(name: String, value: String)], interval: UsageInterval
    ) throws(Problem) -> UsageQuery {
        let given = items.contains { $0.name.isExactly("interval") && !$0.value.isEmpty }
        let all =
            given
            ? items : items.filter { !$0.name.isExactly("interval") } + [(name: "interval", value: interval.rawValue)]
        do throws(QueryError) {
            return try UsageQuery(all, today: metrics.backend.today)
        } catch {
            throw Problem(error)
        }
    }

    private func reading(
        _ context: RequestContext, _ body: () async throws(MetricsError) -> Reply
    ) async throws(Problem) -> Reply {
        do throws(MetricsError) {
            return try await body()
        } catch {
            throw metrics.problem(error, requestID: context.requestID)
        }
    }
}

extension UsageReport {
    /// The report with as many intervals as another one: without the oldest ones, or with unknown figures before them.
    func padded(to count: Int) -> UsageReport {
        let figures = self.figures.map { figures in
            Array(repeating: nil, count: max(0, count - figures.count)) + figures.suffix(count)
        }
        return UsageReport(interval: interval, starts: starts, figures: figures, today: today)
    }

    /// The figures as CSV (RFC 4180): a row for each interval.
    var csv: [UInt8] {
        var bytes = CSV.mark
        func line(_ cells: [String]) {
            for (index, cell) in cells.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                CSV.append(cell, to: &bytes)
            }
            bytes += "\r\n".utf8
        }
        line(["date", "provisional"] + Metric.allCases.map(\.rawValue))
        for (index, start) in starts.enumerated() {
            line(
                [start.text, isProvisional(index) ? "true" : "false"]
                    + figures.map { $0[index].map { String($0) } ?? "" })
        }
        return bytes
    }
}
