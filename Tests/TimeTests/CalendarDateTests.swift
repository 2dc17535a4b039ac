import Testing
import Time

@Suite("Calendar dates")
struct CalendarDateTests {
    @Test(
        "a moment is written as HTTP and email write it",
        arguments: [
            // RFC 9110, section 5.6.7, and days around the epoch and a leap day
            (784_111_777, "Sun, 06 Nov 1994 08:49:37"), (0, "Thu, 01 Jan 1970 00:00:00"),
            (-1, "Wed, 31 Dec 1969 23:59:59"), (-86_400, "Wed, 31 Dec 1969 00:00:00"),
            (-86_401, "Tue, 30 Dec 1969 23:59:59"), (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
            (1_795_622_399, "Wed, 25 Nov 2026 15:59:59"),
        ] as [(Int64, String)])
    func internetText(_ seconds: Int64, _ text: String) {
        #expect(CalendarDate(Timestamp(seconds: seconds)).internetText == text)
    }

    @Test("a date counts its seconds since the epoch")
    func seconds() {
        #expect(CalendarDate(year: 2000, month: 2, day: 29).secondsSinceEpoch == 951_782_400)
        for seconds in [0, -1, 784_111_777, 4_102_444_800] {
            #expect(CalendarDate(Timestamp(seconds: Int64(seconds))).secondsSinceEpoch == seconds)
        }
    }

    @Test("every month has its name")
    func months() {
        let names = (1...12).map { CalendarDate(year: 2026, month: $0, day: 1).monthName }
        #expect(names.joined(separator: " ") == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
    }
}
