import GatehouseTesting
import Inventory
import Testing
import Time
import Web

@testable import MetricsPages
@testable import PageLayout
@testable import WorkspaceMetrics

@Suite("Charts and other parts of pages")
struct ChartTests {
    @Test("a scale covers its figures with few ticks at round steps", arguments: 0..<200)
    func scale(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let most = random.next(below: random.pick([3, 100, 5000, 3_000_000]))
        let least = random.next(below: most + 1)
        let scale = ChartScale(least: least, most: most)
        let steps = Set(zip(scale.ticks, scale.ticks.dropFirst()).map { $1 - $0 })
        #expect(scale.low <= least && scale.high >= most && scale.low >= 0)
        #expect(2...8 ~= scale.ticks.count && steps.count == 1)
        var step = steps.first ?? 0
        while step >= 100, step % 10 == 0 { step /= 10 }
        #expect([1, 2, 5, 10, 20, 25, 50].contains(step), "\(steps) for \(least)–\(most)")
        #expect(scale.isBroken == (Double(least) > 0.75 * Double(max(most, 1))))
    }

    private func chart(_ figures: [Int?], limit: Int? = nil) -> String {
        let today = CalendarDay(number: 20_000)
        let starts = figures.indices.reversed().map { today - $0 }
        let report = UsageReport(interval: .day, starts: starts, figures: [figures], today: today)
        return UsageChart(title: "Runners", report: report, figures: figures, limit: limit).markup.markup
    }

    @Test("unknown days are gaps, and a period without figures says so")
    func gaps() {
        #expect(chart([nil, nil, nil]).contains("No figures in this period"))
        #expect(!chart([nil, nil], limit: 200).contains("class=\"break\""), "the scale begins at zero")
        let line = chart([3, 4, nil, 5, 6]).matches(of: /class="line" d="([^"]*)"/).first.map { String($0.1) } ?? ""
        #expect(line.matches(of: /M/).count == 2 && line.matches(of: /L/).count == 2)
        #expect(chart([1]).contains("class=\"line\"") && chart([]).contains("No figures"))
    }

    @Test("the region above an entitlement is marked only if the figures exceed it")
    func excess() {
        #expect(chart([8, 9], limit: 10).contains("Entitlement 10") && !chart([8, 9], limit: 10).contains("excess"))
        #expect(chart([8, 11], limit: 10).contains("class=\"excess\""))
        #expect(chart([0, 3], limit: 0).contains("class=\"excess\""))
    }

    @Test("a sparkline needs two known days, and shows an entitlement that is near")
    func sparkline() {
        #expect(Sparkline(figures: [nil, 4], limit: nil).markup.markup.contains("No history yet"))
        #expect(Sparkline(figures: [84, 84], limit: 100).markup.markup.contains("class=\"line\""))
        #expect(!Sparkline(figures: [84, 84], limit: 100).markup.markup.contains("class=\"limit\""))
        #expect(Sparkline(figures: [84, 85], limit: 100).markup.markup.contains("class=\"limit\""))
    }

    @Test(
        "shares are rounded down, with a digit below 10 %",
        arguments: [
            (0, "0%"), (0.068, "6.8%"), (0.0999, "9.9%"), (0.1, "10%"), (0.999, "99%"), (1, "100%"), (1.16, "116%"),
            (12.5, "1,250%"),
        ])
    func percent(share: Double, text: String) { #expect(Number.percent(share) == text) }

    @Test(
        "initials are letters only",
        arguments: [
            ("Carla Reyes", "CR"), ("ceo@acme.example", "CE"), ("Anna Maria van Dyk", "AD"), ("<b> 7", "B"), ("—", ""),
            ("émile", "ÉM"), ("", ""),
        ])
    func initials(name: String, expected: String) { #expect(Avatar(name).initials == expected) }
}
