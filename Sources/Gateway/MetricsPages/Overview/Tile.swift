internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
internal import PageLayout
internal import Time
internal import Web

/// A metric's figure with its share of the entitlement, its last 90 days and its forecast, as one link.
struct Tile {
    private let figure: MetricsSummary.Figure
    private let link: String

    init(_ figure: MetricsSummary.Figure, link: String) {
        self.figure = figure
        self.link = link
    }

    var markup: HTML {
        """
        <a class="tile\(state.map { " \($0)" as HTML })" href="\(link)#\(figure.metric.rawValue)"><span class="label">\(figure.metric.title)\(badge)</span>
        <span class="amount">\(Number.grouped(figure.counted)) <small>\(of)</small></span>
        \(meter)<span class="pair"><span>\(share)</span><span>\(rest)</span></span>
        \(Sparkline(figures: figure.recent, limit: figure.licensed).markup)
        <span class="pair"><span>\(change)</span>\(seats)</span>
        <span class="forecast\(forecast.isEmpty ? " hidden" as HTML : "")">\(forecast)</span></a>
        """
    }

    /// The class of the state; nil for a state that needs no attention.
    private var state: HTML? {
        switch figure.state {
        case .near: "near"
        case .over: "over"
        case .ok, nil: nil
        }
    }

    private var badge: HTML? { LicenseBadge.markup(figure.state) }

    private var of: HTML { figure.licensed.map { "of \(Number.grouped($0))" } ?? "Unlimited" }

    private var meter: HTML? {
        guard let licensed = figure.licensed else { return nil }
        let percent = licensed > 0 ? min(100, figure.counted * 100 / licensed) : figure.counted > 0 ? 100 : 0
        return """
            <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="6"></rect><rect class="fill" width="\(percent)" height="6"></rect></svg>

            """
    }

    private var share: String {
        guard figure.licensed != nil else { return "No entitlement in your license" }
        return figure.used.map { Number.percent($0) + " used" } ?? ""
    }

    private var rest: String {
        guard let licensed = figure.licensed else { return "" }
        let rest = licensed - figure.counted
        return rest < 0 ? "\(Number.grouped(-rest)) over" : "\(Number.grouped(rest)) left"
    }

    private var change: String { Change.text(figure.change30Days) }

    private var seats: HTML? {
        guard let distinct = figure.distinct else { return nil }
        let (people, seats) = (Number.grouped(distinct), Number.grouped(figure.total))
        return "<span title=\"\(people) unique people (\(seats) seats across workspaces)\">\(seats) seats</span>"
    }

    private var forecast: String {
        guard let licensed = figure.licensed else { return "No limit to reach" }
        if figure.state == .over { return figure.overSince.map { "Over since \($0.shown)" } ?? "Over the entitlement" }
        if let day = figure.reachesLicenseOn {
            // A date without its year is understood for eleven months.
            let isSoon = day - figure.today < 335
            return "Reaches \(Number.grouped(licensed)) around \(isSoon ? day.shownBriefly : day.shown)"
        }
        return figure.recent.suffix(30).compactMap(\.self).count < 14
            ? "Forecast from 14 days of figures" : "Not expected within 2 years"
    }
}

/// The change of a figure as a text.
enum Change {
    /// `+11 in 30 days`; empty if the change is not known.
    static func text(_ change: Int?) -> String {
        guard let change else { return "" }
        return change == 0 ? "No change in 30 days" : "\(Number.signed(change)) in 30 days"
    }
}

/// The badge of a metric that needs attention.
enum LicenseBadge {
    static func markup(_ state: LicenseState?) -> HTML? {
        switch state {
        case .near: Badge(.near, "Near limit").markup
        case .over: Badge(.over, "Over limit").markup
        case .ok, nil: nil
        }
    }
}
