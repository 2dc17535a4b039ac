import Testing
import Time

@testable import TimeZones

/// A zone whose file has no transitions, so that the footer decides.
private func zone(_ footer: String) throws -> TimeZone {
    let builder = TZifBuilder(types: [(0, 0)], characters: Array("LMT\0".utf8), footer: footer)
    return try TimeZone(name: "Test/Zone", tzif: builder.bytes)
}

private func local(_ zone: TimeZone, _ time: String) throws -> String {
    let moment = try #require(Timestamp(rfc3339: time))
    let date = zone.date(at: moment)
    let day = CalendarDay(Timestamp(seconds: Int64(date.secondsSinceEpoch))).text
    let clock = [date.hour, date.minute, date.second].map { CalendarDate.padded($0) }.joined(separator: ":")
    let offset = zone.offset(at: moment)
    return "\(day) \(clock) \(offset.abbreviation) \(offset.text)"
}

@Suite("Time zones")
struct TimeZoneTests {
    @Test(
        "Central European Time, across both changes and in 2045",
        arguments: [
            ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59 CET UTC+1"),
            ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00 CEST UTC+2"),
            ("2026-10-25T00:59:59Z", "2026-10-25 02:59:59 CEST UTC+2"),
            ("2026-10-25T01:00:00Z", "2026-10-25 02:00:00 CET UTC+1"),
            ("2045-07-01T12:00:00Z", "2045-07-01 14:00:00 CEST UTC+2"),
            ("2045-12-31T23:30:00Z", "2046-01-01 00:30:00 CET UTC+1"),
        ])
    func berlin(time: String, expected: String) throws {
        #expect(try local(zone("CET-1CEST,M3.5.0,M10.5.0/3"), time) == expected)
    }

    @Test(
        "half hours, a southern summer of half an hour, days without a change of clocks, and negative times",
        arguments: [
            ("IST-5:30", "2026-07-01T00:00:00Z", "2026-07-01 05:30:00 IST UTC+5:30"),
            ("NST3:30NDT,M3.2.0,M11.1.0", "2026-01-01T00:00:00Z", "2025-12-31 20:30:00 NST UTC\u{2212}3:30"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", "2026-01-01 11:00:00 +11 UTC+11"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T14:59:59Z", "2026-04-05 01:59:59 +11 UTC+11"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T15:00:00Z", "2026-04-05 01:30:00 +1030 UTC+10:30"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03T15:30:00Z", "2026-10-04 02:30:00 +11 UTC+11"),
            ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", "2028-03-01 01:00:00 BBB UTC+1"),
            ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", "2028-02-29 23:59:59 AAA UTC"),
            ("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", "2028-02-29 01:00:00 BBB UTC+1"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", "2026-03-28 22:59:59 -02 UTC\u{2212}2"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", "2026-03-29 00:00:00 -01 UTC\u{2212}1"),
            ("EST5EDT,0/0,J365/25", "2026-01-01T00:00:00Z", "2025-12-31 20:00:00 EDT UTC\u{2212}4"),
        ])
    func rules(footer: String, time: String, expected: String) throws {
        #expect(try local(zone(footer), time) == expected)
    }

    @Test("transitions of the file come before the rule; the first type is in force before them")
    func transitions() throws {
        var builder = TZifBuilder(
            types: [(3208, 0), (3600, 4), (7200, 8)], characters: Array("LMT\0CET\0CEST\0".utf8), footer: "CET-1")
        builder.transitions = [(-2_422_054_408, 1), (1_000_000_000, 2), (2_000_000_000, 1)]
        let zone = try TimeZone(name: "Test/Zone", tzif: builder.bytes)
        func offset(_ seconds: Int64) -> Int { zone.offset(at: Timestamp(seconds: seconds)).seconds }
        #expect(offset(-2_422_054_409) == 3208 && offset(-2_422_054_408) == 3600)
        #expect(offset(999_999_999) == 3600 && offset(1_000_000_000) == 7200 && offset(1_999_999_999) == 7200)
        #expect(offset(2_000_000_000) == 3600 && offset(9_000_000_000) == 3600)
        builder.footer = ""
        #expect(
            try TimeZone(name: "Test/Zone", tzif: builder.bytes).offset(at: .init(seconds: 9_000_000_000)).seconds
                == 3600)
    }

    @Test("a day starts at its first moment, also if clocks skip midnight or repeat it")
    func days() throws {
        let skipping = try zone("<-03>3<-02>,M10.3.0/0,M2.3.0/0")
        let day = try #require(CalendarDay("2026-10-18"))
        #expect(skipping.start(of: day) == Timestamp(rfc3339: "2026-10-18T03:00:00Z"))
        #expect(skipping.date(at: skipping.start(of: day)).hour == 1)
        let berlin = try zone("CET-1CEST,M3.5.0,M10.5.0/3")
        for (day, start) in [("2026-03-30", "2026-03-29T22:00:00Z"), ("2026-10-26", "2026-10-25T23:00:00Z")] {
            #expect(try berlin.start(of: #require(CalendarDay(day))) == Timestamp(rfc3339: start))
        }
    }

    @Test(
        "footers that break the format are refused",
        arguments: [
            "C-1", "CET", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/168",
            "CET-1CEST,M3.5.0,M10.5.0/3 ", "<CET-1", "CET-1CEST,J0,J365", "CET-1:60", "CET-9999999999999999999",
        ])
    func badFooters(footer: String) {
        #expect(throws: ZoneFileError.self) { try zone(footer) }
    }

    @Test("a cut or changed file is refused or gives some time, and never stops the program")
    func hostileFiles() throws {
        var builder = TZifBuilder(
            types: [(3600, 0), (7200, 4)], characters: Array("CET\0CEST\0".utf8),
            footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        builder.transitions = [(0, 1), (100, 0)]
        let bytes = builder.bytes
        for count in 0..<bytes.count {
            #expect(throws: ZoneFileError.self) { try TimeZone(name: "Test/Zone", tzif: Array(bytes.prefix(count))) }
        }
        for index in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = value
                guard let zone = try? TimeZone(name: "Test/Zone", tzif: changed) else { continue }
                for moment in [Timestamp(nanoseconds: .min), Timestamp(seconds: 50), Timestamp(nanoseconds: .max)] {
                    _ = zone.date(at: moment)
                }
            }
        }
        builder.leaps = 1
        #expect(throws: ZoneFileError("it counts leap seconds")) {
            try TimeZone(name: "Test/Zone", tzif: builder.bytes)
        }
        builder.leaps = 0
        builder.version = 0
        #expect(throws: ZoneFileError.self) { try TimeZone(name: "Test/Zone", tzif: builder.bytes) }
    }
}
