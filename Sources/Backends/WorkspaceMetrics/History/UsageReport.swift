internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import JSON
internal import MetricsSnapshots
internal import Time

/// The result of a query for usage history.
struct UsageReport: Sendable {
    private let interval: UsageInterval
    private let starts: [CalendarDay]
    /// The figures of each metric, one for each interval.
    private let figures: [[Int?]]
    private let today: CalendarDay

    /// Reads the history. Returns nil if the query names a workspace that has none.
    init?(
        _ query: UsageQuery, of organization: OrganizationID, today: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) {
        let series = UsageSeries(
            organization: organization, workspace: query.workspace ?? "", transaction: transaction)
        if query.workspace != nil, try !series.isKnown() { return nil }
        interval = query.interval
        starts = query.starts(today: today)
        self.today = today
        let ends = starts.map { min(query.interval.next(after: $0) - 1, today) }
        figures = try Metric.allCases.map { metric throws(DatabaseError) in
            try series.figures(metric, on: ends, today: today)
        }
    }

    /// `{"interval","items":[{"date","provisional",<metric>:n|null,…}]}`
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 64 + starts.count * 160)
        writer.beginObject()
        writer.member("interval", interval.rawValue)
        writer.name("items")
        writer.beginArray()
        for (index, start) in starts.enumerated() {
            writer.beginObject()
            writer.member("date", start.text)
            writer.member("provisional", interval.next(after: start) > today)
            for (metric, figures) in zip(Metric.allCases, figures) {
                writer.member(metric.rawValue, figures[index])
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension MetricsStore {
    /// The day under way.
    var today: CalendarDay { CalendarDay(now()) }

    /// Reads usage history on a read thread. Returns nil if the query names a workspace without history.
    func usage(
        of organization: OrganizationID, _ query: UsageQuery
    ) async throws(MetricsError) -> Representation? {
        let today = today
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                guard let report = try UsageReport(query, of: organization, today: today, transaction) else {
                    return nil
                }
                let body = report.json
                // Retention changes a report without a new version of the inventory, so the tag depends on the content.
                let tag = RepresentationTag.make(
                    version: try InventoryState.read(organization, transaction)?.tag ?? 0, organization.text, "usage",
                    String(decoding: body, as: UTF8.self))
                return Representation(.json, entityTag: tag) { body }
            }
        } catch {
            throw .store(error)
        }
    }
}
