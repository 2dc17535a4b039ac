import GatehouseTesting
import Testing
import Time

@testable import Sessions

@Suite("Content that pages show to one session")
struct SessionNoteTests {
    private let world: SessionWorld
    private let session: Session

    init() async throws {
        world = try SessionWorld()
        session = try await world.store.begin(world.new(), replacing: nil).get()
    }

    private func keep(_ text: String = "a secret link") async throws -> String {
        try #require(
            try await world.store.keep(Array(text.utf8), for: session, as: "links", lasting: .seconds(3600))
        ).id
    }

    @Test("it is sealed in the store, and opens for its session and purpose alone")
    func sealed() async throws {
        let id = try await keep()
        #expect(try await world.store.note(id, of: session, as: "links") == Array("a secret link".utf8))
        #expect(try await world.store.notes(of: session, as: "links") == [id])
        let rows = try await world.place.content()
        #expect(rows.contains { $0.hasPrefix("session_note") } && !rows.contains { $0.contains("secret link") })
        let plain = Array("a secret link".utf8).map { String($0, radix: 16) }.joined().uppercased()
        #expect(!rows.contains { $0.contains(plain) })
        #expect(try await world.store.note(id, of: session, as: "other") == nil)
        let other = try await world.store.begin(world.new("vic"), replacing: nil).get()
        #expect(try await world.store.note(id, of: other, as: "links") == nil)
        try await world.store.forget(id, of: other)
        // Not even a row that was moved to another session opens there.
        try await world.place.execute(
            "UPDATE session_note SET session = (SELECT key FROM session WHERE subject = 'vic')")
        #expect(try await world.store.notes(of: other, as: "links") == [id])
        #expect(try await world.store.note(id, of: other, as: "links") == nil)
    }

    @Test("it is gone when the user is done with it, after its time, and with the session")
    func gone() async throws {
        let first = try await keep()
        try await world.store.forget(first, of: session)
        #expect(try await world.store.note(first, of: session, as: "links") == nil)
        let second = try await keep()
        world.clock.advance(.seconds(3600))
        #expect(try await world.store.note(second, of: session, as: "links") == nil)
        #expect(try await world.store.notes(of: session, as: "links").isEmpty)
        _ = try await keep()
        try await world.store.end(session.key)
        #expect(try await world.place.count("session_note WHERE until > \(world.clock.now.seconds)") == 0)
        let refused = try await world.store.keep([1], for: session, as: "links", lasting: .seconds(60))
        #expect(refused == nil)
        #expect(try await world.place.count("session_note") == 0)
    }

    @Test("it is gone with a session that is not used any more")
    func swept() async throws {
        _ = try await world.store.keep([1], for: session, as: "links", lasting: .seconds(86400))
        world.clock.advance(.seconds(3600 + 601))
        let other = try await world.store.begin(world.new("vic"), replacing: nil).get()
        let kept = try await world.store.keep([2], for: other, as: "links", lasting: .seconds(86400))
        world.store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await world.place.count("session") == 1)
        #expect(try await world.place.texts("SELECT id FROM session_note") == [kept?.id].compactMap { $0 })
    }

    @Test("a session keeps a number of pieces: the oldest make room, those of another session do not")
    func number() async throws {
        let other = try await world.store.begin(world.new("vic"), replacing: nil).get()
        let others = try await world.store.keep([1], for: other, as: "links", lasting: .seconds(3600))
        var ids: [String] = []
        for index in 0..<SessionStore.mostNotes + 3 {
            // Several are of one second.
            if index % 5 == 0 { world.clock.advance(.seconds(1)) }
            ids.append(try await keep("link \(index)"))
            #expect(try await world.store.note(#require(ids.last), of: session, as: "links") != nil)
        }
        let kept = try await world.store.notes(of: session, as: "links")
        #expect(kept.count == SessionStore.mostNotes)
        #expect(Set(kept).subtracting(ids.dropFirst(3)).count <= 2, "the first second had five")
        #expect(Set(kept).isSuperset(of: ids.dropFirst(5)))
        #expect(try await world.store.notes(of: other, as: "links") == [others?.id].compactMap { $0 })
    }

    @Test("what made room is returned, unless it is over or of another purpose")
    func replaced() async throws {
        func keep(_ text: String, as purpose: String = "links") async throws -> [String] {
            let kept = try await world.store.keep(
                Array(text.utf8), for: session, as: purpose, lasting: .seconds(3600))
            return try #require(kept).replaced.map { String(decoding: $0, as: UTF8.self) }
        }
        for index in 0..<SessionStore.mostNotes {
            #expect(try await keep("\(index)", as: index == 1 ? "other" : "links").isEmpty)
            world.clock.advance(.seconds(1))
        }
        #expect(try await keep("a") == ["0"])
        #expect(try await keep("b") == [])
        #expect(try await keep("c") == ["2"])
        world.clock.advance(.seconds(3600))
        #expect(try await keep("d") == [])
    }

    @Test("a session keeps a number of bytes: the oldest make room, and what is too long leaves all as it was")
    func bytes() async throws {
        let third = Array(repeating: UInt8(ascii: "x"), count: SessionStore.mostNoteBytes / 3)
        var ids: [String] = []
        for _ in 0..<4 {
            world.clock.advance(.seconds(1))
            ids.append(
                try #require(try await world.store.keep(third, for: session, as: "links", lasting: .seconds(3600))).id)
        }
        // Sealing adds to each, so that three thirds are too much.
        #expect(try await world.store.notes(of: session, as: "links") == Array(ids.suffix(2)))
        let refused = try await world.store.keep(
            third + third + third, for: session, as: "links", lasting: .seconds(3600))
        #expect(refused == nil)
        #expect(try await world.store.notes(of: session, as: "links") == Array(ids.suffix(2)))
    }
}
