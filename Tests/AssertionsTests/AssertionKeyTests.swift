import Cryptography
import Databases
import GatehouseTesting
import JSON
import Testing
import Time

@testable import Assertions

@Suite("The keys of assertions")
struct AssertionKeyTests {
    private let place: TemporaryStore
    private let clock = ManualClock()
    private let box: SealedBox
    private let keys: AssertionKeys
    private static let day: Duration = .seconds(86400)

    init() throws {
        place = try TemporaryStore([AssertionKeys.schema])
        box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
        let clock = clock
        keys = AssertionKeys(database: place.database, sealingWith: box, now: { clock.now })
    }

    private func process(_ box: SealedBox? = nil) throws -> AssertionKeys {
        let clock = clock
        let process = AssertionKeys(database: try place.reopened(), sealingWith: box ?? self.box, now: { clock.now })
        try process.refresh()
        return process
    }

    private func ids(_ set: AssertionKeySet) throws -> [String] {
        let root = try JSONDocument(parsing: set.document(at: clock.now)).root
        return try #require(root.member("keys")).elements.compactMap { $0.member("kid")?.string }
    }

    @Test("the first key signs at once, and is made once by many processes")
    func first() async throws {
        let others = try [process(), process()]
        try await keys.maintain()
        for other in others { try await other.maintain() }
        let signing = try #require(keys.keySet.signing(at: clock.now))
        for other in others { #expect(other.keySet.signing(at: clock.now)?.id == signing.id) }
        #expect(try await place.count("assertion_key") == 1)
        #expect(try ids(keys.keySet) == [signing.id])
    }

    @Test("a key is published a day before it signs and a day after it stops, and replaced after 30 days")
    func rotates() async throws {
        try await keys.maintain()
        let old = try #require(keys.keySet.signing(at: clock.now)).id
        clock.advance(Self.day * 30 - .seconds(1))
        try await keys.maintain()
        #expect(try ids(keys.keySet) == [old])
        clock.advance(.seconds(1))
        try await keys.maintain()
        let both = try ids(keys.keySet)
        let new = try #require(both.last)
        #expect(both.count == 2 && new != old && keys.keySet.signing(at: clock.now)?.id == old)
        clock.advance(Self.day - .seconds(1))
        #expect(keys.keySet.signing(at: clock.now)?.id == old)
        clock.advance(.seconds(1))
        #expect(keys.keySet.signing(at: clock.now)?.id == new)
        #expect(try ids(keys.keySet) == [old, new])
        clock.advance(Self.day)
        #expect(try ids(keys.keySet) == [new])
    }

    @Test("without a successor the key goes on signing")
    func goesOn() async throws {
        try await keys.maintain()
        let old = try #require(keys.keySet.signing(at: clock.now)).id
        clock.advance(Self.day * 400)
        #expect(keys.keySet.signing(at: clock.now)?.id == old)
        #expect(try ids(keys.keySet) == [old])
    }

    @Test("the private key is sealed, and a key that cannot be opened is replaced at once")
    func sealed() async throws {
        try await keys.maintain()
        let old = try #require(keys.keySet.signing(at: clock.now)).id
        #expect(!(try await place.content().joined().contains("PRIVATE")))
        let strange = try process(try SealedBox(keys: [Array(repeating: 9, count: 32)]))
        #expect(strange.keySet.signing(at: clock.now) == nil)
        try await strange.maintain()
        let new = try #require(strange.keySet.signing(at: clock.now)).id
        #expect(new != old)
        // The lost key stays published: another process may have signed with it.
        #expect(try Set(ids(strange.keySet)) == [old, new])
        for _ in 0..<3 { try await strange.maintain() }
        #expect(try await place.count("assertion_key") == 2)
    }

    @Test("keys from a wrong clock, and altered rows, do not stop the gateway")
    func hostileRows() async throws {
        clock.setCalendar(ahead: Self.day * 100)
        try await keys.maintain()
        clock.setCalendar(ahead: .zero)
        for _ in 0..<3 { try await keys.maintain() }
        #expect(try await place.count("assertion_key") == 2)
        #expect(keys.keySet.signing(at: clock.now) != nil)
        try await place.execute("UPDATE assertion_key SET x = \(TestSQL.zeros(32))")
        let process = try process()
        #expect(process.keySet.signing(at: clock.now) == nil)
        try await process.maintain()
        #expect(process.keySet.signing(at: clock.now) != nil)
    }

    @Test("without a sealing key there is no key, and nothing is signed")
    func unsealed() async throws {
        let clock = clock
        let none = AssertionKeys(database: place.database, sealingWith: nil, now: { clock.now })
        #expect(try await none.maintain().isEmpty)
        #expect(try await place.count("assertion_key") == 0)
    }
}
