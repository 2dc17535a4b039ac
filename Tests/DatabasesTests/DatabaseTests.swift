import GatehouseTesting
import Glibc
import Testing
import Threads
import Time

@testable import Databases

@Suite("Databases")
struct DatabaseTests {
    private enum Refusal: Error { case taken }

    let store = DatabaseFile()

    @Test("written rows are read, also after closing and reopening")
    func writesAndReads() async throws {
        let database = try store.open()
        try await database.insert("a")
        #expect(try await database.names() == ["a"])
        database.close()
        #expect(try await store.open().names() == ["a"])
    }

    @Test("every kind of value is read back unchanged")
    func values() async throws {
        let database = try store.open()
        let text = try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT $2, $1, $3, CAST($4 AS TEXT), $5, $6", .text("ü\u{1F600}"), .integer(Int64.min),
                .blob([0, 255]), .null,
                .text(""), .blob([])
            ) { row in
                "\(row.integer(0)) \(row.text(1)) \(row.blob(2)) \(row.optionalText(3) ?? "null") "
                    + "\(row.optionalText(4) ?? "null") \(row.blob(5)) \(row.optionalInteger(3) ?? -1)"
            }
        }
        #expect(text == "-9223372036854775808 ü\u{1F600} [0, 255] null  [] -1")
    }

    @Test("text with a NUL is refused")
    func refusesNUL() async throws {
        let database = try store.open()
        let error = await #expect(throws: DatabaseError.self) { try await database.insert("a\u{0}b") }
        #expect(error?.reason == .unfitValue)
    }

    @Test("a violated constraint has its own reason and undoes only its own write")
    func constraint() async throws {
        let database = try store.open()
        try await database.insert("a")
        let error = await #expect(throws: DatabaseError.self) {
            try await database.write { transaction throws(DatabaseError) in
                try transaction.execute("INSERT INTO item (name) VALUES ('b')")
                try transaction.execute("INSERT INTO item (name) VALUES ('a')")
            }
        }
        #expect(error?.reason == .duplicate)
        #expect(try await database.names() == ["a"])
    }

    @Test("only its owner may access the file", .onSQLite)
    func mode() throws {
        let database = try store.open()
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(unsafe stat(store.path + suffix, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        database.close()
    }

    @Test(
        "the log is flushed at each commit, and foreign keys hold", .onSQLite,
        arguments: [("synchronous", 2), ("foreign_keys", 1)])
    func settings(pragma: String, value: Int) async throws {
        let database = try store.open()
        let read = try await database.read { transaction throws(DatabaseError) in
            try transaction.first("PRAGMA \(pragma)") { $0.integer(0) }
        }
        let written = try await database.write { transaction throws(DatabaseError) in
            try transaction.first("PRAGMA \(pragma)") { $0.integer(0) }
        }
        #expect(read == value && written == value)
    }

    @Test("a reader cannot write")
    func readersOnlyRead() async throws {
        let database = try store.open()
        await #expect(throws: DatabaseError.self) {
            try await database.read { transaction throws(DatabaseError) in
                _ = try transaction.execute("INSERT INTO item (name) VALUES ('a')")
            }
        }
        #expect(try await database.names() == [])
    }

    @Test("a reader sees one state, regardless of later commits")
    func isolation() async throws {
        let database = try store.open()
        let seen = try await database.read { transaction throws(DatabaseError) in
            let count = "SELECT count(*) FROM item"
            let before = try transaction.first(count) { $0.integer(0) }
            try database.writeBlocking { transaction throws(DatabaseError) in
                _ = try transaction.execute("INSERT INTO item (name) VALUES ('a')")
            }
            return try [before, transaction.first(count) { $0.integer(0) }]
        }
        #expect(seen == [0, 0])
        #expect(try await database.names() == ["a"])
    }

    @Test("a statement may run inside a query of the same text")
    func nested() async throws {
        let database = try store.open()
        for name in ["a", "b"] { try await database.insert(name) }
        let pairs = try await database.read { transaction throws(DatabaseError) in
            let sql = "SELECT name FROM item ORDER BY name"
            return try transaction.all(sql) { row throws(DatabaseError) in
                let outer = row.text(0)
                return try transaction.all(sql) { outer + $0.text(0) }
            }
        }
        #expect(pairs == [["aa", "ab"], ["ba", "bb"]])
    }

    @Test("a search computes no rows after the one that it finds", .enabled(if: StorePlace.isPostgreSQL))
    func search() async throws {
        // The division fails at the last of the numbers.
        let sql = "SELECT 1 / (100000 - n), n FROM generate_series(1, 100000) AS n"
        let isFound = try await store.open().read { transaction throws(DatabaseError) in
            try transaction.contains(sql) { $0.integer(1) == 70 }
        }
        #expect(isFound)
    }

    @Test("a read that ends with a search ends: the next one sees what was written since")
    func readAfterSearch() async throws {
        let database = try store.open()
        for name in ["a", "b", "c"] {
            try await database.insert(name)
            let isFound = try await database.read { transaction throws(DatabaseError) in
                try transaction.contains("SELECT name FROM item") { $0.text(0) == name }
            }
            #expect(isFound)
        }
    }

    @Test("a result of many rows is read in parts, and other statements run in between")
    func parts() async throws {
        let database = try store.open()
        for _ in 0..<3 {
            let sums = try await database.write { transaction throws(DatabaseError) in
                try transaction.execute("DELETE FROM item")
                let insertion = try transaction.prepare("INSERT INTO item VALUES ($1, $2)")
                for number in 0..<1200 { try insertion.run(.text("n\(number)"), .text("\(number)")) }
                var (seen, nested) = (0, 0)
                try transaction.each("SELECT body FROM item") { row throws(DatabaseError) in
                    seen += row.integer(0)
                    let result: Result<Void, Refusal> = try transaction.part { () throws(DatabaseError) in
                        try transaction.execute("UPDATE item SET body = 'x' WHERE name = 'n1199'")
                        return .failure(.taken)
                    }
                    guard case .failure = result, row.integer(0) % 100 == 0 else { return }
                    try transaction.each("SELECT name FROM item WHERE name <> $1", .text("n0")) { _ in nested += 1 }
                }
                return [seen, nested]
            }
            #expect(sums == [1199 * 600, 12 * 1199])
        }
    }

    @Test("closing finishes queued work and refuses later calls")
    func closing() async throws {
        let database = try store.open()
        let names = (0..<200).map { "n\($0)" }.sorted()
        let written = Monitor(0)
        for name in names {
            database.submitWrite { transaction throws(DatabaseError) -> WriteOutcome<Int, Never> in
                .commit(try transaction.execute("INSERT INTO item (name) VALUES ($1)", .text(name)))
            } answer: { _ in
                written.change { $0 += 1 }
            }
        }
        database.close()
        #expect(written.change { $0 } == 200)
        let error = await #expect(throws: DatabaseError.self) { try await database.insert("late") }
        #expect(error?.reason == .closed)
        await #expect(throws: DatabaseError.self) { try await database.names() }
        #expect(try await store.open().names() == names)
    }

    @Test("a file that is not a database is refused and left unchanged", .onSQLite)
    func notADatabase() throws {
        let file = unsafe fopen(store.path, "w")
        if let file = unsafe file {
            unsafe fputs(String(repeating: "this is a letter, not a database\n", count: 40), file)
            unsafe fclose(file)
        }
        let error = #expect(throws: DatabaseError.self) { try store.open() }
        #expect(error?.reason == .corrupt)
    }

    @Test("a directory that does not exist cannot be opened", .onSQLite)
    func noDirectory() {
        let error = #expect(throws: DatabaseError.self) { try Database(path: "/nonexistent/x.db", schemas: []) }
        #expect(error?.reason == .cannotOpen)
    }

    @Test("another process's write is noticed, and the store counts as in contact")
    func follower() async throws {
        let database = try store.open()
        let other = try store.open()
        let before = database.lastContact
        let (changes, continuation) = AsyncStream<StoreChanges>.makeStream()
        try database.follow(every: .milliseconds(2)) { continuation.yield($0) }
        try await other.insert("a")
        var iterator = changes.makeAsyncIterator()
        #expect(await iterator.next() == .some([StoreChange("item", "a")]))
        #expect(try await database.names() == ["a"])
        #expect(database.lastContact > before)
        database.close()
    }

    @Test("a foreign write is not hidden by an own write right after it")
    func foreignWrites() {
        let contact = StoreContact(version: version(5))
        contact.beginFollowing(by: FollowerSignal())
        func foreign(_ changes: [(Int, String)]) -> StoreChanges? { contact.foreign(contact.reading(changes)) }
        #expect(foreign([]) == nil)
        contact.publish(version(6), committedAfter: .now()) {}
        #expect(foreign([(6, "own"), (7, "x"), (7, "y")]) == .some([StoreChange("a", "x"), StoreChange("a", "y")]))
        #expect(foreign([(6, "own")]) == nil)
        #expect(contact.followed == 6)
        contact.publish(version(8), committedAfter: .now()) {}
        #expect(foreign([(7, "x"), (8, "own")]) == .some([StoreChange("a", "x")]))
        contact.takeUp([(7, "x"), (8, "own")])
        #expect(foreign([(9, "z")]) == .some([StoreChange("a", "z")]))
        // A program that records nothing wrote version 9, or its record is deleted.
        #expect(foreign([(10, "z")]) == .all)
        #expect(contact.foreign(ChangeReading(version: version(10), changes: [(9, StoreChange("a", "z"))])) == .all)
        // The list was cut off.
        let many = [(8, StoreChange("", "m8"))] + (1..<ChangeTable.most).map { (9, StoreChange("a", "\($0)")) }
        #expect(contact.foreign(ChangeReading(version: version(9), changes: many)) == .all)
        #expect(contact.foreign(ChangeReading(version: version(9), changes: Array(many.dropLast()))) != .all)
        #expect(contact.foreign(ChangeReading(version: version(9), changes: [(9, ChangeTable.everything)])) == .all)
        let marks = [(8, StoreChange("", "m8")), (9, StoreChange("", "m9"))]
        #expect(contact.foreign(ChangeReading(version: version(9), changes: marks)) == nil)
    }

    @Test("a server that is behind is refused once, and then all is read again")
    func serverBehind() {
        let contact = StoreContact(version: version(5))
        contact.beginFollowing(by: FollowerSignal())
        let began = contact.last
        let earlier = ChangeReading(version: version(4), changes: [])
        #expect(contact.foreign(earlier) == nil)
        #expect(contact.foreign(ChangeReading(version: version(5), changes: [])) == nil)
        #expect(contact.last > began)
        // It has not what this process wrote.
        contact.publish(version(6), committedAfter: .now()) {}
        let seen = contact.last
        #expect(contact.foreign(ChangeReading(version: version(5), changes: [])) == nil)
        #expect(contact.last == seen)
        #expect(contact.takeUp(ChangeReading(version: version(5), changes: [])) == .all)
        #expect(contact.last > seen)
        // The lost version is no longer known.
        #expect(contact.takeUp([(6, "x")]) == .some([StoreChange("a", "x")]))
        // A poll that began before the commit may end after it.
        let begin = contact.beginPoll()
        contact.publish(version(7), committedAfter: .now()) {}
        #expect(throws: Never.self) {
            try contact.takeUp(ChangeReading(version: version(6), changes: []), since: begin) { _ in }
        }
    }

    @Test("if versions were lost and used again, all is read again")
    func versionsUsedTwice() {
        func contact() -> StoreContact {
            let contact = StoreContact(version: version(5))
            contact.beginFollowing(by: FollowerSignal())
            return contact
        }
        func reading(_ marks: [(Int, String)]) -> ChangeReading {
            let changes = marks.map { ($0.0, StoreChange("", $0.1)) }
            return ChangeReading(
                version: StoreVersion(number: marks.last?.0 ?? 0, mark: marks.last?.1), changes: changes)
        }
        #expect(contact().foreign(reading([(5, "other")])) == .all)
        #expect(contact().foreign(reading([(5, "m5")])) == nil)
        #expect(contact().foreign(reading([(5, "other"), (6, "m6")])) == .all)
        #expect(contact().foreign(reading([(5, "m5"), (6, "m6")])) == nil)
        let writer = contact()
        writer.publish(version(6), committedAfter: .now()) {}
        #expect(writer.foreign(reading([(5, "m5"), (6, "other")])) == .all)
        #expect(writer.foreign(reading([(5, "m5"), (6, "m6")])) == nil)
    }

    @Test("a database that was replaced by an earlier state of itself is read again")
    func lostTransactions() async throws {
        let (database, other) = (try store.open(), try store.open())
        let seen = Monitor<[StoreChanges]>([])
        try await database.insert("a")
        try database.follow(every: .milliseconds(2)) { changes in seen.change { $0.append(changes) } }
        try await database.insert("b")
        // The transaction is undone, and another one gets its version.
        _ = try await other.write { transaction throws(DatabaseError) in
            try transaction.execute("DELETE FROM item WHERE name = 'b'")
            try transaction.execute("DELETE FROM store_change WHERE version = (SELECT version FROM store_version)")
            try transaction.execute("UPDATE store_version SET version = version - 1")
        }
        #expect(seen.wait(until: .now() + .seconds(30)) { $0.contains(.all) ? true : nil } == true)
        database.close()
    }

    @Test("what was taken up before an older own result is published is taken up again")
    func latePublishing() {
        let contact = StoreContact(version: version(5))
        contact.beginFollowing(by: FollowerSignal())
        let (x, grant) = (StoreChange("a", "x"), (6, "grant"))
        // The follower passes the version before its result is published.
        contact.publish(version(6), committedAfter: .now()) { contact.takeUp([grant, (7, "x")]) }
        #expect(contact.followed == 5)
        #expect(contact.takeUp([grant, (7, "x")]) == .some([x, StoreChange("a", "grant")]))
        // The result is published while the follower reads, and is as old as the rows from before the commit.
        let began = MonotonicTime.now()
        contact.takeUp([(8, "grant"), (9, "x")]) { contact.publish(version(8), committedAfter: began) {} }
        #expect(contact.followed == 7)
        #expect(contact.last <= began)
        #expect(contact.takeUp([(8, "grant"), (9, "x")]) == .some([x, StoreChange("a", "grant")]))
        // The follower read the rows before the commit, and puts them into memory after its result.
        contact.takeUp([(10, "x")]) { contact.publish(version(11), committedAfter: .now()) {} }
        #expect(contact.followed == 10)
        #expect(contact.takeUp([(11, "grant")]) == .some([StoreChange("a", "grant")]))
        #expect(contact.last > began)
    }

    @Test("a revocation of another process is not lost behind an older grant whose COMMIT took long")
    func lateGrant() async throws {
        let (database, other) = (try store.open(), try store.open())
        let (changes, continuation) = AsyncStream<StoreChanges>.makeStream()
        let revocations = Monitor(0)
        try database.follow(every: .milliseconds(2)) { change in
            guard change.keys(of: "item")?.isEmpty == false else { return }
            revocations.change { $0 += 1 }
            continuation.yield(change)
        }
        let result: Result<Void, Never> = try await database.decide { transaction throws(DatabaseError) in
            .commit(
                try transaction.execute("INSERT INTO item (name) VALUES ('grant')") > 0 ? () : (),
                publish: {
                    try? other.writeBlocking { transaction throws(DatabaseError) in
                        transaction.note(StoreChange("item", "grant"))
                        try transaction.execute("DELETE FROM item")
                    }
                    _ = revocations.wait { $0 > 0 ? true : nil }
                })
        }
        result.get()
        try await other.insert("last")
        var iterator = changes.makeAsyncIterator()
        #expect(await iterator.next() == .some([StoreChange("item", "grant")]))
        let next = try #require(await iterator.next())
        #expect(next == .all || next.names.contains("grant"))
        database.close()
    }

    @Test("changes are taken up while all readers are busy")
    func busyReaders() async throws {
        let database = try Database(at: store.location, schemas: [DatabaseFile.schema], readers: 1)
        let other = try store.open()
        let (isHeld, seen) = (database.holdReader(), Monitor<[String]>([]))
        try database.follow(every: .milliseconds(2)) { _ throws(DatabaseError) in
            let names = try database.readBlocking { transaction throws(DatabaseError) in
                try transaction.all("SELECT name FROM item") { $0.text(0) }
            }
            seen.change { $0 = names }
        }
        try await other.insert("a")
        #expect(seen.wait(until: .now() + .seconds(30)) { $0.isEmpty ? nil : $0 } == ["a"])
        isHeld.change { $0 = false }
        database.close()
    }

    @Test("a file that was moved or replaced ends the contact", .onSQLite)
    func replacedFile() async throws {
        let database = try store.open()
        let contact = StoreContact(version: StoreVersion(number: 0, mark: ""))
        let poller = SQLitePoller(path: store.path)
        /// Returns true if a change was taken up.
        func poll() -> Bool {
            var isChanged = false
            Follower.poll(poller, contact) { _ in isChanged = true }
            return isChanged
        }
        try await database.insert("a")
        #expect(poll())
        #expect(!poll())
        unsafe rename(store.path, store.directory + "/copy.db")
        let before = contact.last
        #expect(!poll())
        try await store.open().insert("b")
        #expect(!poll())
        #expect(contact.last == before)
        database.close()
    }

    @Test("a store that must exist is not created: a missing file and an empty one are refused", .onSQLite)
    func missingStore() throws {
        func open() throws(DatabaseError) {
            try Database(path: store.path, schemas: [DatabaseFile.schema], isMade: false).close()
        }
        #expect(throws: DatabaseError.self) { try open() }
        #expect(unsafe access(store.path, F_OK) != 0)
        let file = unsafe fopen(store.path, "w")
        if let file = unsafe file { unsafe fclose(file) }
        let error = #expect(throws: DatabaseError.self) { try open() }
        #expect(error?.reason == .cannotOpen)
        unsafe unlink(store.path)
        try store.open().close()
        try open()
    }

    @Test(
        "migration numbers that no program wrote are refused when a store is opened",
        arguments: [-1, Int64.min, Int64.max])
    func extremeMigrations(number: Int64) async throws {
        let database = try store.open()
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE schema_migrations SET number = $1", .integer(number))
        }
        database.close()
        #expect(throws: DatabaseError.self) { try store.open() }
    }

    @Test("a store's version may be any number", arguments: [Int64.min, Int64.max - 1])
    func extremeVersion(version: Int64) async throws {
        let database = try store.open()
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE store_version SET version = $1", .integer(version))
        }
        // If no next version exists, nothing is written.
        _ = try? await database.insert("a")
        _ = try? await database.insert("b")
        database.close()
        let again = try store.open()
        _ = try? await again.insert("c")
        #expect(try await again.version() != -1)
    }
}

extension StoreChanges {
    fileprivate var names: [String] {
        if case .some(let changes) = self { changes.map(\.key) } else { [] }
    }
}

extension StoreContact {
    fileprivate func reading(_ changes: [(Int, String)]) -> ChangeReading {
        var recorded: [(version: Int, change: StoreChange)] = []
        let numbers = Set([followed] + changes.map(\.0))
        for number in numbers.sorted() {
            recorded.append((number, StoreChange("", "m\(number)")))
            recorded += changes.filter { $0.0 == number }.map { (number, StoreChange("a", $0.1)) }
        }
        return ChangeReading(version: version(changes.last?.0 ?? followed), changes: recorded)
    }

    /// What a reading would pass on, without taking it up unless that is nothing.
    fileprivate func foreign(_ reading: ChangeReading) -> StoreChanges? {
        var seen: StoreChanges?
        try? takeUp(reading, since: beginPoll()) { changes throws(DatabaseError) in
            seen = changes
            throw DatabaseError(.failed, cause: "not taken up")
        }
        return seen
    }

    @discardableResult
    fileprivate func takeUp(_ reading: ChangeReading, _ meanwhile: () -> Void = {}) -> StoreChanges? {
        var seen: StoreChanges?
        try? takeUp(reading, since: beginPoll()) {
            seen = $0
            meanwhile()
        }
        return seen
    }

    @discardableResult
    fileprivate func takeUp(_ changes: [(Int, String)], _ meanwhile: () -> Void = {}) -> StoreChanges? {
        takeUp(reading(changes), meanwhile)
    }
}

private func version(_ number: Int) -> StoreVersion { StoreVersion(number: number, mark: "m\(number)") }
