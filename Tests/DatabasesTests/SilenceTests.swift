import GatehouseTesting
import Testing
import Threads
import Time

@testable import Databases

@Suite("A server that does not answer", .enabled(if: StorePlace.isPostgreSQL))
struct SilenceTests {
    let store = DatabaseFile()

    @Test("after the time for a write or read, each wait lasts for a second at most")
    func limit() throws {
        let connection = try store.location.engine().connect(for: .making)
        try connection.beginWriting(isPatient: false)
        connection.limitWaits(until: .now())
        let begin = MonotonicTime.now()
        // Answers that arrive in time are progress.
        for _ in 0..<3 { _ = try Transaction(on: connection).first("SELECT pg_sleep(0.01)") { _ in } }
        let error = #expect(throws: DatabaseError.self) {
            try Transaction(on: connection).first("SELECT pg_sleep(30)") { _ in }
        }
        #expect(error?.reason == .unreachable && !connection.isUsable)
        #expect(begin + .seconds(8) > .now())
    }

    @Test("if the answer to COMMIT does not come, its outcome is uncertain")
    func commit() throws {
        let connection = try store.location.engine().connect(for: .making)
        try connection.beginWriting(isPatient: false)
        try connection.executeScript(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(5); RETURN NULL; END $$;
            CREATE TABLE slow (x BIGINT);
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow();
            INSERT INTO slow VALUES (1);
            """)
        connection.limitWaits(until: .now())
        let error = #expect(throws: DatabaseError.self) { try connection.commit(isNotifying: false) }
        #expect(error?.reason == .uncertain)
    }

    @Test("writes that wait behind a silent server fail with the first one, and none waits for longer than it")
    func queue() async throws {
        let database = try store.open()
        let (answers, begin) = (Monitor<[DatabaseError.Reason?]>([]), MonotonicTime.now())
        let hasBegun = Monitor(false)
        func submit(_ sql: String) {
            database.submitWrite { transaction throws(DatabaseError) -> WriteOutcome<Int, Never> in
                hasBegun.change { $0 = true }
                return .commit(try transaction.first(sql) { $0.integer(0) } ?? 0)
            } answer: { answer in
                let reason: DatabaseError.Reason? = if case .failure(let error) = answer { error.reason } else { nil }
                answers.change { $0.append(reason) }
            }
        }
        submit("SELECT length(CAST(pg_sleep(13) AS TEXT))")
        _ = hasBegun.wait { $0 ? true : nil }
        for _ in 0..<3 { submit("SELECT 1") }
        let all = answers.wait(until: begin + .seconds(25)) { $0.count == 4 ? $0 : nil }
        #expect(all == Array(repeating: .unreachable, count: 4))
        try await database.insert("after")
        #expect(try await database.names() == ["after"])
    }
}
