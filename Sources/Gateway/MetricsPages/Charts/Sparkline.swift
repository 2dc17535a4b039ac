internal import PageLayout
internal import Web

/// A small line of daily figures without axes, scaled from the smallest to the largest.
struct Sparkline {
    /// The figures, oldest first; nil before the first known one.
    let figures: [Int?]
    /// The entitlement; drawn as dashes if the figures come near it.
    let limit: Int?

    private static let (width, height) = (207.0, 40.0)

    var markup: HTML {
        let known = figures.enumerated().compactMap { index, figure in figure.map { (index, $0) } }
        guard known.count > 1, let first = known.first, let least = known.map(\.1).min(),
            let most = known.map(\.1).max()
        else { return "<span class=\"nothing\">No history yet</span>" }
        let shownLimit = limit.flatMap { Double(most) >= Double($0) * 0.85 ? $0 : nil }
        let (low, high) = (Double(least), Double(max(most, shownLimit ?? most)))
        func place(_ index: Int, _ figure: Int) -> (x: Double, y: Double) {
            let x = Double(index) / Double(max(1, figures.count - 1)) * (Sparkline.width - 4) + 1
            let share = high > low ? (Double(figure) - low) / (high - low) : 0.5
            return (x, Sparkline.height - 6 - share * (Sparkline.height - 12))
        }
        let points = known.map { place($0.0, $0.1) }
        let line = "M" + points.map { "\(Coordinate($0.x)) \(Coordinate($0.y))" }.joined(separator: "L")
        let (start, end) = (place(first.0, first.1), points[points.count - 1])
        let area = "\(line)L\(Coordinate(end.x)) 40L\(Coordinate(start.x)) 40z"
        let dashes = shownLimit.map { limit -> HTML in
            let y = Coordinate(place(0, limit).y)
            return "<path class=\"limit\" d=\"M0 \(y.text)H207\"></path>"
        }
        return """
            <svg class="spark" viewBox="0 0 207 40" preserveAspectRatio="none" aria-hidden="true" focusable="false">\(dashes)<path class="area" d="\(area)"></path><path class="line" d="\(line)"></path><circle class="end" cx="\(Coordinate(end.x).text)" cy="\(Coordinate(end.y).text)" r="2.5"></circle></svg>
            """
    }
}

/// A coordinate in a drawing, with one decimal.
struct Coordinate: CustomStringConvertible {
    let text: String

    init(_ value: Double) {
        let tenths = (value * 10).rounded().bounded
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        text = (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
    }

    var description: String { text }
}
