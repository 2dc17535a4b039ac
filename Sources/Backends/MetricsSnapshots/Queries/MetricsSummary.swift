public import Inventory
public import InventoryStore
internal import JSON
public import Time

/// An organization's totals against its license.
public struct MetricsSummary: Sendable, Hashable {
    /// One metric's numbers.
    public struct Figure: Sendable, Hashable {
        public let metric: Metric
        /// The sum over all workspaces.
        public let total: Int
        /// The number of distinct people; nil for other metrics.
        public let distinct: Int?
        /// The license limit; nil for unlimited.
        public let licensed: Int?
        /// The state against the license; nil for unlimited.
        public internal(set) var state: LicenseState?
        /// The difference to 30 days ago; nil if the figure of that day is not known.
        public internal(set) var change30Days: Int?
        /// The day on which the trend of the last 30 days reaches the license; nil if it is not foreseeable.
        public internal(set) var reachesLicenseOn: CalendarDay?

        /// The figures that count against the license at the end of each of the last 91 days, oldest first; nil before the
        /// first known day.
        public internal(set) var recent: [Int?] = []
        /// The last of the days, today in UTC.
        public internal(set) var today = CalendarDay(number: 0)
        /// The first of the days, up to today, on each of which the figure was over the license. Nil if it is not over, or
        /// if it was over on each known day.
        public internal(set) var overSince: CalendarDay?

        package init(
            metric: Metric, total: Int, distinct: Int?, licensed: Int?, state: LicenseState? = nil,
            change30Days: Int? = nil, reachesLicenseOn: CalendarDay? = nil, recent: [Int?] = [],
            today: CalendarDay = CalendarDay(number: 0), overSince: CalendarDay? = nil
        ) {
            (self.metric, self.total, self.distinct, self.licensed) = (metric, total, distinct, licensed)
            (self.state, self.change30Days, self.reachesLicenseOn) = (state, change30Days, reachesLicenseOn)
            (self.recent, self.today, self.overSince) = (recent, today, overSince)
        }

        /// The number that counts against the license: distinct people if the metric counts people, otherwise the
        /// total.
        public var counted: Int { distinct ?? total }
        /// The used share of the license, as a fraction of 1. Nil if the limit is zero or unlimited.
        public var used: Double? { License.used(counted, of: licensed) }
    }

    public let workspaces: Int
    /// True while members are counted again by changed definitions.
    public internal(set) var isRecounting = false
    /// One figure for each metric, in the order of the metrics.
    public let figures: [Figure]

    /// `{"workspaces":n,"recounting":…,"metrics":{"workflows":{"total","distinct","licensed","used",…},…}}`
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginObject()
        writer.member("workspaces", workspaces)
        writer.member("recounting", isRecounting)
        writer.name("metrics")
        writer.beginObject()
        for figure in figures {
            writer.name(figure.metric.rawValue)
            writer.beginObject()
            writer.member("total", figure.total)
            writer.member("distinct", figure.distinct)
            writer.member("licensed", figure.licensed)
            writer.name("used")
            if let used = figure.used { writer.double(used) } else { writer.null() }
            writer.member("state", figure.state?.rawValue)
            writer.member("change_30d", figure.change30Days)
            writer.member("reaches_license_on", figure.reachesLicenseOn?.text)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension MetricsSnapshot {
    /// Returns the totals against a license.
    ///
    /// - Parameters:
    ///   - today: the day under way, which ends the trend.
    ///   - definitions: the definitions in force.
    func summary(_ license: License, today: CalendarDay, by definitions: MetricDefinitions) -> MetricsSummary {
        let usage = recent.rolled(to: today)
        return MetricsSummary(
            workspaces: rows.count, isRecounting: isRecounting(by: definitions),
            figures: Metric.allCases.map { metric in
                let distinct: Int? =
                    switch metric {
                    case .workflowEditors: self.distinct.editors
                    case .caseOperators: self.distinct.operators
                    default: nil
                    }
                let counted = distinct ?? totals[metric]
                let recent = usage.days.map { $0?[metric] }
                return MetricsSummary.Figure(
                    metric: metric, total: totals[metric], distinct: distinct, licensed: license[metric],
                    state: license.state(of: counted, metric),
                    change30Days: usage.base.map { counted - $0[metric] },
                    reachesLicenseOn: license[metric].flatMap { entitlement in
                        LicenseForecast.day(reaching: entitlement, recent, today: usage.today)
                    }, recent: recent, today: usage.today,
                    overSince: license[metric].flatMap { entitlement in
                        recent.lastIndex { ($0 ?? 0) <= entitlement }.flatMap { last in
                            recent[last] == nil || last == recent.count - 1
                                ? nil : usage.today - (recent.count - 2 - last)
                        }
                    })
            })
    }
}
