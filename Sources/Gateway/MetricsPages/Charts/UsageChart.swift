internal import Inventory
internal import MetricsSnapshots
internal import PageLayout
internal import Time
internal import Web
internal import WorkspaceMetrics

/// A metric's figures over time, against the entitlement. The table beside it has the same figures.
struct UsageChart {
    let title: String
    let report: UsageReport
    /// The figures of the metric, one for each interval of the report.
    let figures: [Int?]
    /// The figures of the period before, in the same intervals; empty without comparison.
    var before: [Int?] = []
    var limit: Int?
    /// The day on which the trend reaches the entitlement; nil if it is not drawn.
    var reaches: CalendarDay?

    /// The chart for wide windows and the one for phones; the style sheet shows one of them.
    var markup: HTML { drawing(824, 304, "wide-only", every: 2) + drawing(326, 210, "narrow-only", every: 4) }

    private static let (left, right, top, bottom) = (44.0, 18.0, 28.0, 28.0)

    private func drawing(_ width: Double, _ height: Double, _ kind: String, every: Int) -> HTML {
        let frame = Frame(self, width: width, height: height)
        let known = figures.indices.contains { figures[$0] != nil }
        let nothing: HTML? =
            known
            ? nil
            : "<text x=\"\(Coordinate(width / 2).text)\" y=\"\(Coordinate(height / 2).text)\" text-anchor=\"middle\">No figures in this period</text>"
        return """
            <svg class="chart \(kind)" viewBox="0 0 \(Coordinate(width).text) \(Coordinate(height).text)" role="img" aria-label="\(description)">\(frame.grid)\(frame.days(every: every))\(frame.excess)\(frame.limit(isNamed: reaches == nil || width > 400))\(frame.before)\(frame.area)\(frame.line)\(frame.ahead)\(frame.hits)\(nothing)</svg>

            """
    }

    /// The text for users who cannot see the drawing.
    private var description: String {
        guard let first = figures.compactMap(\.self).first, let last = figures.compactMap(\.self).last else {
            return "\(title): no figures in this period"
        }
        let end = limit.map { " The entitlement is \(Number.grouped($0))." } ?? ""
        return "\(title): from \(Number.grouped(first)) to \(Number.grouped(last)).\(end)"
    }

    /// The places of one drawing.
    private struct Frame {
        let chart: UsageChart
        let width, height: Double
        let scale: ChartScale
        /// The number of days from the first point to the end of the axis.
        let span: Double

        init(_ chart: UsageChart, width: Double, height: Double) {
            (self.chart, self.width, self.height) = (chart, width, height)
            let all = (chart.figures + chart.before).compactMap(\.self)
            let least = all.min().map { min($0, chart.limit ?? $0) } ?? 0
            scale = ChartScale(least: least, most: max(all.max() ?? 0, chart.limit ?? 0))
            let last = chart.reaches ?? chart.lastDay
            span = Double(max(1, last - chart.firstDay))
        }

        func x(_ day: CalendarDay) -> Double {
            UsageChart.left + Double(day - chart.firstDay) / span * (width - UsageChart.left - UsageChart.right)
        }
        func y(_ figure: Double) -> Double {
            height - UsageChart.bottom - scale.share(figure) * (height - UsageChart.top - UsageChart.bottom)
        }
        private func place(_ index: Int, _ figure: Int) -> String {
            "\(Coordinate(x(chart.report.end(index)))) \(Coordinate(y(Double(figure))))"
        }
        private var floor: String { Coordinate(height - UsageChart.bottom).text }
        private var end: String { Coordinate(width - UsageChart.right).text }

        var grid: HTML {
            let lines = scale.ticks.map { tick -> HTML in
                let y = Coordinate(y(Double(tick)))
                let text = Coordinate(self.y(Double(tick)) + 4)
                return """
                    <path class="\(tick == scale.low ? "axis" : "grid")" d="M44 \(y.text)H\(end)"></path><text x="36" y="\(text.text)" text-anchor="end">\(Number.grouped(tick))</text>
                    """
            }
            let floor = height - UsageChart.bottom
            let sign: HTML? =
                scale.isBroken
                ? "<path class=\"break\" d=\"M40 \(Coordinate(floor - 6).text)l8 -4m-8 8l8 -4\"></path>" : nil
            return "\(lines)\(sign)"
        }

        /// The labels of the horizontal axis: the ends of the intervals, or months if the axis reaches into the future.
        func days(every: Int) -> HTML {
            let y = Coordinate(height - 8).text
            func label(_ day: CalendarDay, _ text: String) -> HTML {
                let x = min(max(x(day), UsageChart.left + 14), width - UsageChart.right - 14)
                return "<text x=\"\(Coordinate(x).text)\" y=\"\(y)\" text-anchor=\"middle\">\(text)</text>"
            }
            if let reaches = chart.reaches {
                var (labels, month): ([HTML], CalendarDay) = ([], (chart.firstDay.firstOfMonth + 31).firstOfMonth)
                let most = width > 400 ? 8 : 4
                let step = max(1, ((reaches - chart.firstDay) / 30 + most - 1) / most)
                var months = 0
                while month <= reaches {
                    let date = CalendarDate(month.start)
                    if months.isMultiple(of: step) {
                        labels.append(label(month, date.month == 1 ? "\(date.monthName) \(date.year)" : date.monthName))
                    }
                    months += 1
                    month = (month + 31).firstOfMonth
                }
                return "\(labels)"
            }
            let count = chart.report.starts.count
            let step = max(every, (count + 6) / 7)
            let labels = (0..<count).filter { (count - 1 - $0) % step == 0 }.map { index -> HTML in
                let day = chart.report.end(index)
                return label(day, day.shownBriefly)
            }
            return "\(labels)"
        }

        /// The region above an exceeded entitlement.
        var excess: HTML? {
            guard let limit = chart.limit, chart.figures.contains(where: { ($0 ?? 0) > limit }) else { return nil }
            let (top, bottom) = (UsageChart.top, y(Double(limit)))
            return """
                <rect class="excess" x="44" y="\(Coordinate(top).text)" width="\(Coordinate(width - UsageChart.left - UsageChart.right).text)" height="\(Coordinate(max(0, bottom - top)).text)"></rect>
                """
        }

        func limit(isNamed: Bool) -> HTML? {
            chart.limit.map { limit in
                let y = y(Double(limit))
                let name: HTML? =
                    isNamed
                    ? "<text class=\"limit-name\" x=\"48\" y=\"\(Coordinate(y - 6).text)\">Entitlement \(Number.grouped(limit))</text>"
                    : nil
                return "<path class=\"limit\" d=\"M44 \(Coordinate(y).text)H\(end)\"></path>\(name)"
            }
        }

        /// A path through the known figures, with gaps.
        private func path(_ figures: [Int?]) -> String {
            var (path, isDrawing) = ("", false)
            for (index, figure) in figures.enumerated() {
                guard let figure else {
                    isDrawing = false
                    continue
                }
                path += (isDrawing ? "L" : "M") + place(index, figure)
                isDrawing = true
            }
            return path
        }

        var before: HTML? {
            chart.before.isEmpty ? nil : "<path class=\"before\" d=\"\(path(chart.before))\"></path>"
        }

        var area: HTML? {
            guard !scale.isBroken, let first = chart.figures.firstIndex(where: { $0 != nil }) else { return nil }
            let (from, to) = (x(chart.report.end(first)), x(chart.lastDay))
            return
                "<path class=\"area\" d=\"\(path(chart.figures))L\(Coordinate(to).text) \(floor)L\(Coordinate(from).text) \(floor)z\"></path>"
        }

        var line: HTML? {
            guard let index = chart.figures.lastIndex(where: { $0 != nil }), let figure = chart.figures[index] else {
                return nil
            }
            let (x, y) = (x(chart.report.end(index)), y(Double(figure)))
            return """
                <path class="line" d="\(path(chart.figures))"></path><circle class="end" cx="\(Coordinate(x).text)" cy="\(Coordinate(y).text)" r="4"></circle>
                """
        }

        /// The trend from today to the entitlement.
        var ahead: HTML? {
            guard let reaches = chart.reaches, let limit = chart.limit, let last = chart.figures.last, let last else {
                return nil
            }
            let (x, y) = (x(reaches), y(Double(limit)))
            let now = self.x(chart.lastDay)
            return """
                <path class="axis" d="M\(Coordinate(now).text) 28V\(floor)"></path><text x="\(Coordinate(now + 4).text)" y="40">Today</text><path class="ahead" d="M\(place(chart.figures.count - 1, last))L\(Coordinate(x).text) \(Coordinate(y).text)"></path><circle class="reach" cx="\(Coordinate(x).text)" cy="\(Coordinate(y).text)" r="4"></circle><text class="reach-name" x="\(Coordinate(x).text)" y="\(Coordinate(y - 10).text)" text-anchor="end">Reaches \(Number.grouped(limit)) around \(reaches.shownBriefly)</text>
                """
        }

        /// Areas around the points with their texts, which browsers show without a script.
        var hits: HTML {
            let count = Double(max(1, chart.figures.count))
            let step = (x(chart.lastDay) - UsageChart.left) / count
            let hits = chart.figures.enumerated().compactMap { point -> HTML? in
                guard let figure = point.element else { return nil }
                let day = chart.report.end(point.offset)
                let share =
                    chart.limit.flatMap {
                        $0 > 0 ? " · \(Number.percent(Double(figure) / Double($0))) of \(Number.grouped($0))" : nil
                    } ?? ""
                let x = min(max(UsageChart.left, x(day) - step / 2), width - UsageChart.right - 1)
                return """
                    <rect class="hit" x="\(Coordinate(x).text)" y="28" width="\(Coordinate(max(1, step)).text)" height="\(Coordinate(height - UsageChart.top - UsageChart.bottom).text)"><title>\(day.shown): \(Number.grouped(figure))\(share)</title></rect>
                    """
            }
            return "\(hits)"
        }
    }

    private var firstDay: CalendarDay { report.starts.isEmpty ? report.today : report.end(0) }
    private var lastDay: CalendarDay { report.starts.isEmpty ? report.today : report.end(report.starts.count - 1) }
}
