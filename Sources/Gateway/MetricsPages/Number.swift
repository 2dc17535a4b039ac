internal import Time

/// Numbers in a readable form.
enum Number {
    /// A number with commas between thousands.
    static func grouped(_ number: Int) -> String {
        number < 0 ? "−" + grouped(number.magnitude) : grouped(number.magnitude)
    }

    /// A difference with its sign; `0` has none.
    static func signed(_ number: Int) -> String { number > 0 ? "+" + grouped(number) : grouped(number) }

    /// A share as a percentage: whole from 10 % on, else with one digit. Rounded down, so that 100 % is never shown for
    /// less.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000 + 1e-9).rounded(.down))
        return tenths >= 100 || tenths == 0 ? grouped(tenths / 10) + "%" : "\(tenths / 10).\(tenths % 10)%"
    }

    private static func grouped(_ number: UInt) -> String {
        guard number >= 1000 else { return String(number) }
        // The last three digits, with their zeros.
        let last = String(number % 1000 + 1000).dropFirst()
        return grouped(number / 1000) + "," + last
    }
}

extension CalendarDay {
    private var date: CalendarDate { CalendarDate(start) }

    /// `26 Nov 2026`
    var shown: String { "\(date.day) \(date.monthName) \(date.year)" }

    /// `26 Nov`
    var shownBriefly: String { "\(date.day) \(date.monthName)" }
}
