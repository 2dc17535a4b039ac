import Testing

@testable import Databases

@Suite("Parts of a write")
struct PartTests {
    private struct Refusal: Error {}

    @Test("a refused part is undone alone, and the write goes on", arguments: [true, false])
    func undone(isRefused: Bool) async throws {
        let file = DatabaseFile()
        let database = try file.open()
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute("INSERT INTO item (name) VALUES ('before')")
            let result: Result<Void, Refusal> = try transaction.part { () throws(DatabaseError) in
                try transaction.execute("INSERT INTO item (name) VALUES ('part')")
                return isRefused ? .failure(Refusal()) : .success(())
            }
            if case .failure = result { try transaction.execute("INSERT INTO item (name) VALUES ('refused')") }
            try transaction.execute("INSERT INTO item (name) VALUES ('after')")
        }
        #expect(try await database.names() == ["after", "before", isRefused ? "refused" : "part"].sorted())
    }

    @Test("a part that fails fails the write")
    func failed() async throws {
        let file = DatabaseFile()
        let database = try file.open()
        await #expect(throws: DatabaseError.self) {
            try await database.write { transaction throws(DatabaseError) in
                try transaction.execute("INSERT INTO item (name) VALUES ('before')")
                let _: Result<Void, Refusal> = try transaction.part { () throws(DatabaseError) in
                    try transaction.execute("INSERT INTO item (name) VALUES ('part')")
                    throw DatabaseError(.failed, cause: "x")
                }
            }
        }
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute("INSERT INTO item (name) VALUES ('next')")
        }
        #expect(try await database.names() == ["next"])
    }
}
