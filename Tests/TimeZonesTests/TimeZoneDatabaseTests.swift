import Glibc
import Testing
import Time

@testable import TimeZones

@Suite("The time zone database")
struct TimeZoneDatabaseTests {
    static let system = TimeZoneDatabase()

    @Test("without a database, only UTC is known")
    func missing() {
        let database = TimeZoneDatabase(folder: "/nonexistent")
        #expect(database.names == ["UTC"] && !database.isComplete)
        #expect(database.zone(named: "UTC") == .utc && database.zone(named: "Europe/Berlin") == nil)
    }

    @Test(
        "names are matched exactly against the list",
        arguments: [
            "europe/berlin", "Europe/Berlin ", "../zoneinfo/Europe/Berlin", "CET", "posixrules", "", "/etc/passwd",
        ])
    func names(name: String) {
        #expect(TimeZoneDatabaseTests.system.zone(named: name) == nil)
    }

    @Test(
        "every zone agrees with the C library, from 1970 to 2045",
        .enabled(if: system.isComplete, "the system has no time zone database"))
    func library() throws {
        let database = TimeZoneDatabaseTests.system
        #expect(database.names.count > 300)
        for name in database.names {
            let zone = try #require(database.zone(named: name))
            // No other code of the tests' process reads the zone of the environment.
            unsafe setenv("TZ", name, 1)
            tzset()
            // Steps of 11 days and some hours.
            for seconds in stride(from: 0, to: 2_367_000_000, by: 977_777) {
                var time = time_t(seconds)
                var split = unsafe tm()
                unsafe localtime_r(&time, &split)
                let found = zone.offset(at: Timestamp(seconds: Int64(seconds))).seconds
                let expected = unsafe split.tm_gmtoff
                guard found != expected else { continue }
                Issue.record("\(name) at \(seconds): \(found), not \(expected)")
                break
            }
        }
        unsafe unsetenv("TZ")
        tzset()
    }
}
