internal import Time

/// The rule of a zone for all years: the TZ string of the footer (POSIX, section 8.3; RFC 9636, section 3.3.1).
struct ZoneRule: Sendable, Hashable {
    /// A day of each year.
    enum Day: Hashable {
        /// `Jn`: 1–365; February 29 is not counted.
        case julian(Int)
        /// `n`: 0–365; February 29 is counted.
        case zeroBased(Int)
        /// `Mm.w.d`: a weekday (0 is Sunday) of a week (5 is the last one) of a month.
        case weekday(month: Int, week: Int, day: Int)
    }

    /// A change of the clocks: a day, and the local time before the change in seconds after its midnight.
    struct Change: Hashable {
        let day: Day
        let time: Int
    }

    /// Daylight saving time with its begin and its end.
    struct Daylight: Hashable {
        let offset: TimeZone.Offset
        let begin: Change
        let end: Change
    }

    let standard: TimeZone.Offset
    /// Nil if the standard time is in force all year.
    let daylight: Daylight?

    /// - Parameter seconds: seconds since 1970-01-01T00:00:00Z.
    func offset(at seconds: Int64) -> TimeZone.Offset {
        guard let daylight else { return standard }
        let year = CalendarDate(Timestamp(seconds: seconds)).year
        // A change of the year before may be the last one, and one near New Year may be in another year by UTC.
        let changes = (year - 1...year + 1).flatMap { year in
            [
                (ZoneRule.moment(daylight.begin, year, from: standard), 1, daylight.offset),
                (ZoneRule.moment(daylight.end, year, from: daylight.offset), 0, standard),
            ]
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        return changes.last { $0.0 <= seconds }?.2 ?? standard
    }

    private static func moment(_ change: Change, _ year: Int, from offset: TimeZone.Offset) -> Int64 {
        let midnight = change.day.number(in: year) * 86400
        return Int64(midnight + change.time - offset.seconds)
    }
}

extension ZoneRule.Day {
    /// Days since 1970-01-01.
    func number(in year: Int) -> Int {
        func day(_ month: Int, _ day: Int) -> Int {
            CalendarDate(year: year, month: month, day: day).secondsSinceEpoch / 86400
        }
        switch self {
        case .zeroBased(let number): return day(1, 1) + number
        case .julian(let number):
            let isLeap = day(3, 1) - day(2, 28) == 2
            return day(1, 1) + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = day(month, 1)
            // 1970-01-01 was a Thursday, day 4.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var number = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            let next = month == 12 ? first + 31 : day(month + 1, 1)
            while number >= next { number -= 7 }
            return number
        }
    }
}

extension ZoneRule {
    /// Parses a TZ string. Returns nil for a text that breaks the format.
    init?(_ text: [UInt8]) {
        var reader = Reader(rest: text[...])
        guard let name = reader.name(), let west = reader.offset(hours: 24) else { return nil }
        standard = TimeZone.Offset(seconds: -west, abbreviation: name)
        guard !reader.isAtEnd else {
            daylight = nil
            return
        }
        guard let summer = reader.name() else { return nil }
        var seconds = standard.seconds + 3600
        if reader.next != UInt8(ascii: ",") {
            guard let west = reader.offset(hours: 24) else { return nil }
            seconds = -west
        }
        guard let begin = reader.change(), let end = reader.change(), reader.isAtEnd else { return nil }
        daylight = Daylight(
            offset: TimeZone.Offset(seconds: seconds, abbreviation: summer), begin: begin, end: end)
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        var isAtEnd: Bool { rest.isEmpty }
        var next: UInt8? { rest.first }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// Takes a number of at most three digits that is in a range.
        private mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix(4).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard 1...3 ~= digits.count else { return nil }
            rest = rest.dropFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return range.contains(value) ? value : nil
        }

        mutating func name() -> String? {
            func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
            func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
            let isQuoted = take("<")
            let signs = [UInt8(ascii: "+"), UInt8(ascii: "-")]
            let name = rest.prefix { isLetter($0) || isQuoted && (isDigit($0) || signs.contains($0)) }
            guard 3...16 ~= name.count else { return nil }
            rest = rest.dropFirst(name.count)
            guard !isQuoted || take(">") else { return nil }
            return String(decoding: name, as: UTF8.self)
        }

        /// Takes `[+-]hh[:mm[:ss]]`, in seconds.
        mutating func offset(hours: Int) -> Int? {
            let sign = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard var seconds = number(0...hours).map({ $0 * 3600 }) else { return nil }
            for unit in [60, 1] where take(":") {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// Takes `,date[/time]`.
        mutating func change() -> Change? {
            guard take(","), let day = day() else { return nil }
            guard take("/") else { return Change(day: day, time: 7200) }
            return offset(hours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(1...365).map { .julian($0) } }
            guard take("M") else { return number(0...365).map { .zeroBased($0) } }
            guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
