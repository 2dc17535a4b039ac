internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
internal import Time
internal import Web

extension ComponentSheet {
    /// A tile near its entitlement, one over it, one without an entitlement, and one without a history.
    static var tiles: HTML {
        let today = CalendarDay(number: 20_783)
        let rising = (0..<91).map { Int?(400 + $0 * 2 / 3) }
        let figures = [
            MetricsSummary.Figure(
                metric: .workflows, total: 462, distinct: nil, licensed: 500, state: .near, change30Days: 11,
                reachesLicenseOn: today + 112, recent: rising, today: today),
            MetricsSummary.Figure(
                metric: .nestedWorkflows, total: 138, distinct: nil, licensed: 200, state: .ok, change30Days: 2,
                recent: rising.map { $0.map { $0 - 322 } }, today: today),
            MetricsSummary.Figure(
                metric: .workflowEditors, total: 163, distinct: 52, licensed: 50, state: .over, change30Days: 4,
                recent: rising.map { $0.map { $0 - 408 } }, today: today, overSince: today - 8),
            MetricsSummary.Figure(
                metric: .caseOperators, total: 153, distinct: 20, licensed: 50, state: .ok, change30Days: 0,
                recent: Array(repeating: 20, count: 91), today: today),
            MetricsSummary.Figure(metric: .runners, total: 29, distinct: nil, licensed: nil, today: today),
        ]
        let items = figures.map { "<li>\(Tile($0, link: "/demo/components").markup)</li>\n" as HTML }
        return "<ul class=\"tiles\">\(items)</ul>"
    }
}
