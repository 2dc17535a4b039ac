import Inventory
import InventoryStore
import Testing
import Time

@Suite("Figures of the last 91 days")
struct RecentUsageTests {
    @Test("a day long after the last one repeats its figures")
    func farAhead() {
        var usage = RecentUsage(today: CalendarDay(number: 100))
        var figures = MetricCounts()
        figures.runners = 3
        usage.set(figures, on: CalendarDay(number: 110))
        #expect(usage.days.filter { $0 != nil }.count == 1)
        let later = usage.rolled(to: CalendarDay(number: 900))
        #expect(later.days == Array(repeating: figures, count: 91) && later.today.number == 900)
        #expect(later.rolled(to: CalendarDay(number: 5)) == later)
    }
}
