import GatehouseTesting
import Testing
import Threads

@testable import Databases

@Suite("The writer")
struct WriterTests {
    enum Refusal: Error { case taken }

    let store = DatabaseFile()

    enum Step {
        case insert(String)
        case refuse(String)
        case fill
        case rollBack
        case many(Int)

        func run(in transaction: Transaction) throws(DatabaseError) -> WriteOutcome<String, Refusal> {
            let insertion = "INSERT INTO item (name) VALUES ($1)"
            switch self {
            case .insert(let name):
                try transaction.execute(insertion, .text(name))
                return .commit(name)
            case .refuse(let name):
                try transaction.execute(insertion, .text(name))
                return .refuse(.taken)
            case .fill:
                let body = String(repeating: "x", count: 1 << 20)
                try transaction.execute("INSERT INTO item VALUES ('big', $1)", .text(body))
                return .commit("big")
            case .many(let count):
                let sql = "INSERT INTO item (name) VALUES " + (1...count).map { "($\($0))" }.joined(separator: ",")
                try transaction.execute(sql, with: (1...count).map { .text("m\($0)") })
                return .commit("many")
            case .rollBack:
                try transaction.execute("ROLLBACK")
                return .commit("thief")
            }
        }
    }

    /// Queues writes while another one blocks the writer, releases it, and returns their results in order of
    /// completion.
    private func inOneBatch(_ database: Database, _ steps: [Step]) async -> [String] {
        let isHeld = Monitor(true)
        let hasBegun = Monitor(false)
        let answers = Monitor<[String]>([])
        database.submitWrite { _ throws(DatabaseError) -> WriteOutcome<Int, Never> in
            hasBegun.change { $0 = true }
            _ = isHeld.wait { $0 ? nil : true }
            return .commit(0)
        } answer: { _ in
        }
        _ = hasBegun.wait { $0 ? true : nil }
        return await withCheckedContinuation { continuation in
            for step in steps {
                database.submitWrite { transaction throws(DatabaseError) in
                    try step.run(in: transaction)
                } answer: { (answer: Write<String, Refusal>.Answer) in
                    let text =
                        switch answer {
                        case .success(.success(let value)): value
                        case .success(.failure(let refusal)): "refused: \(refusal)"
                        case .failure(let error): "failed: \(error.reason.rawValue)"
                        }
                    let all = answers.change { answers -> [String]? in
                        answers.append(text)
                        return answers.count == steps.count ? answers : nil
                    }
                    if let all { continuation.resume(returning: all) }
                }
            }
            isHeld.change { $0 = false }
        }
    }

    @Test("queued writes are committed together")
    func groupCommit() async throws {
        let database = try store.open()
        let before = try await database.version()
        let answers = await inOneBatch(database, (0..<100).map { .insert("n\($0)") })
        #expect(answers == (0..<100).map { "n\($0)" })
        // One transaction for the blocking write and one for all queued ones, unless the machine is so slow that a
        // batch reaches its longest time.
        #expect(try await database.version() < before + 10)
        #expect(try await database.names().count == 100)
    }

    @Test("a refusal or an error inside a batch undoes only its own write")
    func refusalAlone() async throws {
        let database = try store.open()
        let answers = await inOneBatch(
            database, [.insert("a"), .refuse("b"), .insert("a"), .insert("c")])
        #expect(answers == ["a", "refused: taken", "failed: duplicate", "c"])
        #expect(try await database.names() == ["a", "c"])
    }

    @Test("a value that does not fit fails its own write only, and not the connection")
    func unfitValue() async throws {
        let database = try store.open()
        let before = try await database.server()
        let answers = await inOneBatch(database, [.insert("a\u{0}"), .insert("b"), .insert("c\u{0}"), .insert("d")])
        #expect(answers == ["failed: unfit_value", "b", "failed: unfit_value", "d"])
        #expect(try await database.names() == ["b", "d"])
        #expect(try await database.server() == before)
    }

    @Test("a statement of too many values fails its own write only", .enabled(if: StorePlace.isPostgreSQL))
    func manyValues() async throws {
        let database = try store.open()
        let before = try await database.server()
        #expect(await inOneBatch(database, [.many(65_536), .insert("b")]) == ["failed: unfit_value", "b"])
        #expect(try await database.server() == before)
    }

    @Test("a batch of refusals only leaves the version unchanged")
    func refusalsChangeNothing() async throws {
        let database = try store.open()
        let before = try await database.version()
        let refused: Result<Int, Refusal> = try await database.decide { _ throws(DatabaseError) in .refuse(.taken) }
        #expect(refused == .failure(.taken))
        #expect(try await database.version() == before)
    }

    @Test("a full disk fails all of the batch, keeps none of it, and harms nothing before or after", .onSQLite)
    func fullDisk() async throws {
        let database = try store.open()
        try await database.insert("before")
        try await database.write { transaction throws(DatabaseError) in
            let pages = try transaction.first("PRAGMA page_count") { $0.integer(0) } ?? 0
            _ = try transaction.first("PRAGMA max_page_count = \(pages + 2)") { $0.integer(0) }
        }
        let answers = await inOneBatch(
            database, [.insert("a"), .fill])
        #expect(answers == ["failed: full", "failed: full"])
        #expect(try await database.names() == ["before"])
        try await database.write { transaction throws(DatabaseError) in
            _ = try transaction.first("PRAGMA max_page_count = 1000000") { $0.integer(0) }
        }
        try await database.insert("after")
        #expect(try await database.names() == ["after", "before"])
    }

    @Test("values are published after COMMIT, in commit order, and before the caller gets its result")
    func publishing() async throws {
        let database = try store.open()
        let events = Monitor<[String]>([])
        let location = store.location
        for name in ["a", "b", "c"] {
            let result: Result<Void, Refusal> = try await database.decide { transaction throws(DatabaseError) in
                try transaction.execute("INSERT INTO item (name) VALUES ($1)", .text(name))
                return .commit(
                    (),
                    publish: {
                        let other = try? Database(at: location, schemas: [DatabaseFile.schema])
                        let seen = try? other?.readBlocking { transaction throws(DatabaseError) in
                            try transaction.first("SELECT max(name) FROM item") { $0.text(0) }
                        }
                        events.change { $0.append("published \(seen ?? "nothing")") }
                    })
            }
            #expect(throws: Never.self) { try result.get() }
            events.change { $0.append("answered \(name)") }
        }
        let expected = ["a", "b", "c"].flatMap { ["published \($0)", "answered \($0)"] }
        #expect(events.change { $0 } == expected)
    }

    @Test("a write that ends the transaction fails with all of its batch")
    func stolenCommit() async throws {
        let database = try store.open()
        let answers = await inOneBatch(
            database, [.insert("a"), .rollBack, .insert("b")])
        #expect(answers == ["failed: failed", "failed: failed", "b"])
        #expect(try await database.names() == ["b"])
    }

    @Test("after a crash during a write, the store has the committed rows only", .onSQLite)
    func crash() async throws {
        let database = try store.open()
        let store = store
        try await database.insert("committed")
        try await database.write { transaction throws(DatabaseError) in
            // The rows are large enough to spill pages into the log before COMMIT.
            let body = String(repeating: "x", count: 1 << 16)
            for number in 0..<600 {
                try transaction.execute("INSERT INTO item VALUES ($1, $2)", .text("n\(number)"), .text(body))
            }
            store.copyAsAfterCrash()
        }
        #expect(try await store.openCopy().names() == ["committed"])
    }

    @Test("a connection that is lost is closed, also the first one", .enabled(if: StorePlace.isPostgreSQL))
    func lostConnection() throws {
        let database = try store.open()
        let engine = try store.location.engine()
        weak var first: (any Connection)?
        func makeWriter() throws -> Writer {
            let connection = try engine.connect(for: .writing)
            first = connection
            return Writer(engine, contact: StoreContact(version: StoreVersion(number: 0, mark: nil)), first: connection)
        }
        let writer = try makeWriter()
        let thread = try SystemThread { writer.run() }
        func server() -> Int? {
            let answer = Monitor<Write<Int, Never>.Answer?>(nil)
            writer.submit(
                Write { transaction throws(DatabaseError) in
                    .commit(try transaction.first("SELECT pg_backend_pid()") { $0.integer(0) } ?? 0)
                } answer: { result in
                    answer.change { $0 = result }
                })
            return try? answer.wait { $0 }?.get().get()
        }
        let before = try #require(server())
        #expect(first != nil)
        _ = try database.readBlocking { transaction throws(DatabaseError) in
            try transaction.first("SELECT pg_terminate_backend($1::int, 5000)", .integer(before)) { $0.boolean(0) }
        }
        #expect(try #require(server()) != before)
        #expect(first == nil)
        writer.close()
        thread.join()
    }

    @Test("a write that returned is on disk", .onSQLite)
    func durable() async throws {
        let database = try store.open()
        try await database.insert("a")
        store.copyAsAfterCrash()
        #expect(try await store.openCopy().names() == ["a"])
    }

    @Test("two processes write one after the other")
    func twoProcesses() async throws {
        let databases = try [store.open(), store.open()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask { try await databases[number % 2].insert("n\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try await databases[0].names().count == 40)
    }
}

extension Database {
    /// The process of the server that the writer's connection leads to; 0 for SQLite.
    fileprivate func server() async throws(DatabaseError) -> Int {
        try await write { transaction throws(DatabaseError) in
            guard transaction.dialect == .postgreSQL else { return 0 }
            return try transaction.first("SELECT pg_backend_pid()") { $0.integer(0) } ?? 0
        }
    }
}
