// RFC 3339, section 5.6:
//   date-time = full-date "T" full-time
//   full-time = partial-time time-offset;  time-offset = "Z" / ("+" / "-") time-hour ":" time-minute
extension Timestamp {
    /// Parses an RFC 3339 date-time with any offset. Returns nil if the text is malformed, or names no day of the
    /// calendar. Fraction digits after the ninth are dropped. A leap second reads as the second after it.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var reader = FixedWidthReader(bytes: bytes)
        guard let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(digits: 2), (1...Timestamp.daysIn(month: month, year: year)).contains(day),
            reader.skip("T") || reader.skip("t"),
            let hour = reader.number(digits: 2), hour <= 23, reader.skip(":"),
            let minute = reader.number(digits: 2), minute <= 59, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60
        else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }

        let date = CalendarDate(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        let seconds = date.secondsSinceEpoch - offset
        guard (-9_200_000_000...9_200_000_000).contains(seconds) else { return nil }
        self.init(nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(fraction))
    }

    /// The moment as `2026-11-23T12:00:00Z`, with three fraction digits if it has milliseconds.
    public var rfc3339: String {
        String(decoding: rfc3339Bytes(), as: UTF8.self)
    }

    /// Returns the RFC 3339 text as ASCII bytes. `milliseconds: true` always writes three fraction digits.
    public func rfc3339Bytes(milliseconds: Bool = false) -> [UInt8] {
        let date = CalendarDate(self)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        func append(_ value: Int, digits: Int) {
            var divisor = digits == 4 ? 1000 : (digits == 3 ? 100 : 10)
            while divisor > 0 {
                bytes.append(UInt8(48 + value / divisor % 10))
                divisor /= 10
            }
        }
        append(date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        append(date.hour, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.minute, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.second, digits: 2)
        // The calendar's first moment has no whole second before it that fits into 64 bits.
        let beyond = nanoseconds % 1_000_000_000
        let thousandths = Int((beyond < 0 ? beyond + 1_000_000_000 : beyond) / 1_000_000)
        if milliseconds || thousandths != 0 {
            bytes.append(UInt8(ascii: "."))
            append(thousandths, digits: 3)
        }
        bytes.append(UInt8(ascii: "Z"))
        return bytes
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private struct FixedWidthReader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func number(digits: Int) -> Int? {
        guard index + digits <= bytes.count else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard (48...57).contains(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - 48)
            index += 1
        }
        return value
    }

    /// Parses `time-secfrac = "." 1*DIGIT`, in nanoseconds; returns 0 if it is absent, nil for a dot without digits.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        var value = 0
        var digits = 0
        while let digit = number(digits: 1) {
            if digits < 9 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 9)..<9 { value *= 10 }
        return value
    }

    /// Parses a time offset, in seconds east of UTC.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(digits: 2), hours <= 23, skip(":"),
            let minutes = number(digits: 2), minutes <= 59
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
    }
}
