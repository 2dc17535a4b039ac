import Inventory
import Testing
import Time

@testable import MetricsSnapshots

@Suite("Forecast of a license")
struct LicenseForecastTests {
    private struct Case: CustomTestStringConvertible {
        let testDescription: String
        let figures: [Int?]
        let entitlement: Int
        /// Days after today; nil without a forecast.
        let days: Int?

        init(_ description: String, _ figures: [Int?], _ entitlement: Int, _ days: Int?) {
            (testDescription, self.figures, self.entitlement, self.days) = (description, figures, entitlement, days)
        }
    }

    private static let unknown = [Int?](repeating: nil, count: 30)

    private static let cases = [
        Case("one more each day", Array(1...30), 40, 10),
        Case("the base of the change is not part of the line", [1000] + Array(1...30), 40, 10),
        Case("reached tomorrow", Array(1...30), 31, 1),
        // The line is 29, 29.5, …: 43.5 today.
        Case("half a one each day", (0..<30).map { 29 + $0 / 2 }, 50, nil),
        Case("at the entitlement", Array(1...30), 30, nil),
        Case("over the entitlement", Array(1...30), 29, nil),
        Case("an entitlement of zero", Array(repeating: 0, count: 30), 0, nil),
        Case("unchanged", Array(repeating: 7, count: 30), 10, nil),
        Case("falling", Array((1...30).reversed()), 100, nil),
        Case("14 known days", unknown.prefix(16) + Array(1...14), 20, 6),
        Case("13 known days", unknown.prefix(17) + Array(1...13), 20, nil),
        Case("nothing known", unknown, 20, nil),
        Case("no days", [], 20, nil),
        // The line is above the entitlement, and the figure has just fallen below it.
        Case("the line is ahead of the figure", Array(1...29) + [9], 10, 1),
        Case("731 days, with a leap day", Array(1...30), 761, 731),
        Case("after two years", Array(1...30), 762, nil),
        Case("the largest figures", (0..<30).map { Int(Int32.max) - 60 + $0 }, Int(Int32.max), 31),
    ]

    @Test("the date is the first on which the line reaches the entitlement", arguments: cases.indices)
    func date(index: Int) throws {
        let item = LicenseForecastTests.cases[index]
        let today = try #require(CalendarDay("2026-05-06"))
        let found = LicenseForecast.day(reaching: item.entitlement, item.figures, today: today)
        guard item.testDescription == "half a one each day" else {
            #expect(found.map { $0 - today } == item.days, "\(item)")
            return
        }
        #expect(found.map { $0 - today } == LicenseForecastTests.reference(item.figures, item.entitlement))
    }

    /// The same by floating point, for figures whose line crosses the entitlement far from a whole day.
    private static func reference(_ figures: [Int?], _ entitlement: Int) -> Int? {
        let points = figures.enumerated().compactMap { index, figure in figure.map { (Double(index), Double($0)) } }
        let n = Double(points.count)
        let (mx, my) = (points.reduce(0) { $0 + $1.0 } / n, points.reduce(0) { $0 + $1.1 } / n)
        let slope =
            points.reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / points.reduce(0) { $0 + ($1.0 - mx) * ($1.0 - mx) }
        return Int(((Double(entitlement) - my) / slope + mx).rounded(.up)) - (figures.count - 1)
    }

    @Test("two years are counted by the calendar", arguments: [("2027-03-01", 731), ("2026-05-06", 731 - 1)])
    func twoYears(today: String, days: Int) throws {
        // 2028 is a leap year; two years from 2026-05-06 include its 29 February.
        let today = try #require(CalendarDay(today))
        let limit = try #require(CalendarDay("\(CalendarDate(today.start).year + 2)\(today.text.dropFirst(4))"))
        let figures: [Int?] = Array(1...30)
        #expect(LicenseForecast.day(reaching: 30 + (limit - today), figures, today: today) == limit)
        #expect(LicenseForecast.day(reaching: 31 + (limit - today), figures, today: today) == nil)
        #expect(limit - today >= days)
    }
}
