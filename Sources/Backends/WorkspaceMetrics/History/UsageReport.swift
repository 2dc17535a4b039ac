internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import JSON
internal import MetricsSnapshots
public import Time

/// The result of a query for usage history.
public struct UsageReport: Sendable {
    public let interval: UsageInterval
    /// The first days of the intervals, oldest first.
    public let starts: [CalendarDay]
    /// The figures of each metric in the order of the metrics, one for each interval; nil before the first known day.
    public let figures: [[Int?]]
    /// The day under way, in UTC.
    public let today: CalendarDay

    /// Creates a report from figures that are already known.
    public init(interval: UsageInterval, starts: [CalendarDay], figures: [[Int?]], today: CalendarDay) {
        (self.interval, self.starts, self.figures, self.today) = (interval, starts, figures, today)
    }

    /// The last day of an interval; today if it is under way.
    public func end(_ index: Int) -> CalendarDay { min(interval.next(after: starts[index]) - 1, today) }

    /// True if an interval is under way.
    public func isProvisional(_ index: Int) -> Bool { interval.next(after: starts[index]) > today }

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
            writer.member("provisional", isProvisional(index))
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

    /// Reads usage history on a read thread, as values. Returns nil if the query names a workspace without history.
    func usageReport(
        of organization: OrganizationID, _ query: UsageQuery
    ) async throws(MetricsError) -> UsageReport? {
        let today = today
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                try UsageReport(query, of: organization, today: today, transaction)
            }
        } catch {
            throw .store(error)
        }
    }

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
