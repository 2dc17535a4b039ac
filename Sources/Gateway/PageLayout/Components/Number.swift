package import Time

/// Numbers in a readable form.
package enum Number {
    /// A number with commas between thousands.
    package static func grouped(_ number: Int) -> String {
        number < 0 ? "−" + grouped(number.magnitude) : grouped(number.magnitude)
    }

    /// A difference with its sign; `0` has none.
    package static func signed(_ number: Int) -> String { number > 0 ? "+" + grouped(number) : grouped(number) }

    /// A share as a percentage: whole from 10 % on, else with one digit. Rounded down, so that 100 % is never shown for
    /// less.
    package static func percent(_ share: Double) -> String {
        let tenths = (share * 1000 + 1e-9).rounded(.down).bounded
        return tenths >= 100 || tenths == 0 ? grouped(tenths / 10) + "%" : "\(tenths / 10).\(tenths % 10)%"
    }

    private static func grouped(_ number: UInt) -> String {
        guard number >= 1000 else { return String(number) }
        // The last three digits, with their zeros.
        let last = String(number % 1000 + 1000).dropFirst()
        return grouped(number / 1000) + "," + last
    }
}

extension Double {
    /// The integer part of a value up to 10¹² on both sides of zero, and the nearest of these for any other value; zero if
    /// it is not a number.
    package var bounded: Int { isNaN ? 0 : Int(max(-1e12, min(self, 1e12))) }
}

extension CalendarDay {
    private var date: CalendarDate { CalendarDate(start) }

    /// `26 Nov 2026`
    package var shown: String { "\(date.day) \(date.monthName) \(date.year)" }

    /// `26 Nov`
    package var shownBriefly: String { "\(date.day) \(date.monthName)" }
}
