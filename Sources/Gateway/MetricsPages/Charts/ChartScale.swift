/// The vertical scale of a chart: ticks at steps of 1, 2, 2.5 or 5 times a power of ten.
struct ChartScale {
    /// The ticks, from the lowest.
    let ticks: [Int]
    /// True if the scale does not begin at zero.
    let isBroken: Bool

    /// - Parameters:
    ///   - least: the smallest figure.
    ///   - most: the largest figure or the entitlement.
    init(least: Int, most: Int) {
        let top = max(most, 1)
        // If all figures are in the upper quarter, the lower part is left out.
        isBroken = Double(least) > 0.75 * Double(top)
        let span = isBroken ? max(1, top - least) : top
        let step = ChartScale.step(for: span)
        let first = isBroken ? max(0, (least / step) * step - (least % step == 0 ? step : 0)) : 0
        var ticks = [first]
        while let last = ticks.last, last < top, ticks.count < 12 { ticks.append(last + step) }
        self.ticks = ticks
    }

    var low: Int { ticks[0] }
    var high: Int { ticks[ticks.count - 1] }

    /// The share of the height at which a figure is.
    func share(_ figure: Double) -> Double { (figure - Double(low)) / Double(max(1, high - low)) }

    /// The smallest step that gives at most five intervals.
    private static func step(for span: Int) -> Int {
        var power = 1
        while power < 1_000_000_000_000 {
            for step in [power, 2 * power, power % 10 == 0 ? power * 5 / 2 : 0, 5 * power] where step > 0 {
                if (span + step - 1) / step <= 5 { return step }
            }
            power *= 10
        }
        return power
    }
}
