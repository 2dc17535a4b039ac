import Testing
import Time

@Suite("Moments")
struct TimestampTests {
    @Test(
        "RFC 3339 texts are read as the moment they name",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1985-04-12T23:20:50.52Z", 482_196_050_520_000_000),  // RFC 3339, section 5.8
            ("1996-12-19T16:39:57-08:00", 851_042_397_000_000_000),
            ("1990-12-31T23:59:60Z", 662_688_000_000_000_000),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000_000),
            ("2024-02-29t00:00:00.123456789z", 1_709_164_800_123_456_789),
        ] as [(String, Int64)])
    func reads(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "text that deviates from RFC 3339 is refused",
        arguments: [
            "", "2025-01-01", "2025-01-01 00:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
            "2025-01-01T24:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00Z ",
            "2025-01-01T00:00:00+0100", "+025-01-01T00:00:00Z", "2025-00-10T00:00:00Z", "9999-01-01T00:00:00Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "written moments are read back, also before the epoch", arguments: [0, 1, -1, 1_700_000_000_123, -86_400_001])
    func roundTrip(milliseconds: Int64) {
        let moment = Timestamp(nanoseconds: milliseconds * 1_000_000)
        #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
    }

    @Test(
        "every moment of 64 bits can be written, including those read from a store",
        arguments: [.min, .min + 1, -1, .max] as [Int64])
    func extremes(nanoseconds: Int64) {
        let text = Timestamp(nanoseconds: nanoseconds).rfc3339
        #expect(text.hasSuffix("Z") && text.utf8.count >= 20)
        #expect(Timestamp(seconds: nanoseconds).rfc3339.utf8.count >= 20)
    }

    @Test("arithmetic clamps at the calendar's ends instead of trapping")
    func clamps() {
        #expect((Timestamp(nanoseconds: .max) + .seconds(1)).nanoseconds == .max)
        #expect((Timestamp(nanoseconds: .min) - .seconds(1)).nanoseconds == .min)
        #expect(Timestamp(numericDate: 1e300)?.nanoseconds == .max)
        #expect(Timestamp(numericDate: .nan) == nil)
        #expect(Timestamp(seconds: .max).nanoseconds == .max)
    }

    @Test("durations are read as configuration writes them")
    func durations() {
        #expect(Duration(configuration: "90s") == .seconds(90))
        #expect(Duration(configuration: "15m") == .seconds(900))
        #expect(Duration(configuration: "8h") == .seconds(28_800))
        #expect(Duration(configuration: "7d") == .seconds(604_800))
        #expect(Duration.seconds(28_800).configurationText == "8h")
        #expect(Duration.seconds(90).configurationText == "90s")
        for wrong in ["", "s", "1", "-1s", "1.5h", "1 s", "1w", "٣s", "99999999999s", "9999999999d"] {
            #expect(Duration(configuration: wrong) == nil, "\(wrong)")
        }
    }
}
