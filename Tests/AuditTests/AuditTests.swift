import Databases
import GatehouseTesting
import Identities
import JSON
import Testing
import Time

@testable import Audit

@Suite("The audit log")
struct AuditTests {
    /// An event about another subject.
    private static let altered = TestSQL.blob(ofText: "replace(\(TestSQL.text(ofBlob: "event")), 's3', 's4')")

    /// A store of events, and what the tests do with it.
    struct World {
        private let store: TemporaryStore
        var database: Database { store.database }

        init() throws { store = try TemporaryStore([AuditLog.schema, AuditCheckpoint.schema]) }

        func append(_ number: Int, in organization: String?) async throws {
            let record = AuditRecord(
                .signIn,
                by: .identity(
                    Identity(issuer: "https://idp.example", subject: Subject("s\(number)")), email: "a@b.example"),
                in: organization.flatMap { OrganizationID($0) }, target: "idp",
                details: [("claims", "sub \"é\" \(number)")])
            try await database.write { transaction throws(DatabaseError) in
                try AuditLog.append(record, at: Timestamp(seconds: 1_800_000_000 + Int64(number)), transaction)
            }
        }

        func execute(_ sql: String) async throws { try await store.execute(sql) }

        func faults() async throws -> [String] {
            try await database.read { transaction throws(DatabaseError) in try AuditVerification(transaction).faults }
        }
    }

    @Test("the newest event on a target is read from the end of an index, whatever words named the target")
    func lastEvents() async throws {
        let store = try TemporaryStore([AuditLog.schema, AuditCheckpoint.schema])
        let acme = try #require(OrganizationID("acme"))
        try await store.database.write { transaction throws(DatabaseError) in
            for (number, action) in [
                AuditAction.claimMappingCreate, .claimMappingUpdate, .claimMappingUpdate, .claimMappingDelete,
            ].enumerated() {
                var record = AuditRecord(action, by: .operator, in: acme, target: "rule")
                record.details = [("email", "name\(number % 2)@acme.example"), ("number", String(number))]
                try AuditLog.append(record, at: Timestamp(seconds: 1_800_000_000), transaction)
            }
        }
        let actions = [AuditAction.claimMappingCreate, .claimMappingUpdate]
        let (parties, found) = try await store.database.read { transaction throws(DatabaseError) in
            (
                try transaction.all("SELECT id FROM audit_party WHERE target = 'rule'") {
                    row throws(DatabaseError) in row.integer(0)
                },
                try AuditLog.lastEvents(of: acme, on: ["rule", "none", ""], actions, transaction)
            )
        }
        #expect(parties.count == 2 && found.count == 1)
        let last = try JSONDocument(parsing: try #require(found.values.first)).root
        #expect(last.member("details")?.member("number")?.string == "2")
        let plan = try await store.database.read { transaction throws(DatabaseError) in
            try QueryPlan(
                AuditLog.lastEvent(of: actions, in: transaction.dialect), [.text("acme"), .text("rule")], transaction)
        }
        #expect(plan.uses("audit_event_target", by: ["chain", "target_party"]), "\(plan)")
        #expect(!plan.readsAllOrSorts, "\(plan)")
    }

    @Test("each organization and the gateway have a chain of events of their own")
    func chains() async throws {
        let world = try World()
        for number in 1...5 {
            try await world.append(number, in: "acme")
            try await world.append(number, in: number % 2 == 0 ? "globex" : nil)
        }
        let result = try await world.database.read { transaction throws(DatabaseError) in
            try AuditVerification(transaction)
        }
        #expect(result.count == 10 && result.faults.isEmpty)
        let events = try await world.database.read { transaction throws(DatabaseError) in
            try AuditLog.events(of: OrganizationID("acme"), AuditLog.Query(), transaction)
        }
        #expect(events.map(\.sequence) == [5, 4, 3, 2, 1])
        let first = try JSONDocument(parsing: try #require(events.last).json).root
        #expect(first.member("previous_hash")?.string == String(repeating: "0", count: 64))
        #expect(first.member("organization")?.string == "acme")
        #expect(first.member("actor")?.member("kind")?.string == "identity")
        #expect(first.member("timestamp")?.string == "2027-01-15T08:00:01.000Z")
        let second = try JSONDocument(parsing: events[3].json).root
        #expect(second.member("previous_hash")?.string == first.member("hash")?.string)
    }

    @Test(
        "every kind of tampering is found",
        arguments: [
            "UPDATE audit_event SET event = \(AuditTests.altered) WHERE sequence = 3",
            "DELETE FROM audit_event WHERE sequence = 3", "DELETE FROM audit_event WHERE sequence = 5",
            "DELETE FROM audit_event WHERE sequence = 1", "DELETE FROM audit_event",
            "UPDATE audit_event SET sequence = 9 WHERE sequence = 5",
            "UPDATE audit_event SET action = 'sign_out' WHERE sequence = 2",
            "UPDATE audit_event SET at = 0 WHERE sequence = 2", "UPDATE audit_event SET at = at + 1 WHERE sequence = 2",
            "UPDATE audit_event SET actor_party = 0 WHERE sequence = 2",
            "UPDATE audit_event SET target_party = 0 WHERE sequence = 2",
            "UPDATE audit_event SET outcome = 'denied' WHERE sequence = 2",
            "UPDATE audit_party SET words = 'forged' WHERE words LIKE '%s2'",
            "DELETE FROM audit_party WHERE target <> ''",
            "UPDATE audit_party SET target = 'forged' WHERE target <> ''", "UPDATE audit_party SET chain = 'globex'",
            "UPDATE audit_event SET chain = 'globex'", "UPDATE audit_event SET hash = upper(hash) WHERE sequence = 4",
            "UPDATE audit_event SET sequence = CASE sequence WHEN 2 THEN 13 WHEN 3 THEN 12 ELSE sequence END",
        ])
    func tampering(sql: String) async throws {
        let world = try World()
        for number in 1...5 { try await world.append(number, in: "acme") }
        #expect(try await world.faults().isEmpty)
        try await world.execute(sql)
        #expect(try await !world.faults().isEmpty)
    }

    @Test("events are found by time, actor and action, page by page")
    func queries() async throws {
        let world = try World()
        for number in 1...5 { try await world.append(number, in: "acme") }
        func sequences(_ change: (inout AuditLog.Query) -> Void) async throws -> [Int] {
            var query = AuditLog.Query()
            change(&query)
            let asked = query
            return try await world.database.read { transaction throws(DatabaseError) in
                try AuditLog.events(of: OrganizationID("acme"), asked, transaction)
            }.map(\.sequence)
        }
        #expect(try await sequences { $0.limit = 2 } == [5, 4])
        #expect(
            try await sequences {
                $0.before = 4; $0.limit = 2
            } == [3, 2])
        #expect(try await sequences { $0.actor = "S2" } == [2])
        #expect(try await sequences { $0.action = .signOut } == [])
        #expect(
            try await sequences {
                $0.from = Timestamp(seconds: 1_800_000_003); $0.to = Timestamp(seconds: 1_800_000_005)
            } == [4, 3])
    }

    private static let (largest, zero) = (Int64.max, TestSQL.blob([0]))

    @Test(
        "extreme numbers in a tampered store are reported, and writing after them does not crash",
        arguments: [
            "UPDATE audit_event SET sequence = 9223372036854775807 WHERE sequence = 3",
            "UPDATE audit_event SET sequence = -9223372036854775808 WHERE sequence = 1",
            "UPDATE audit_event SET at = 9223372036854775807 WHERE sequence = 1",
            "UPDATE audit_event SET at = -9223372036854775808",
            "UPDATE audit_head SET sequence = 9223372036854775807",
            "UPDATE audit_head SET sequence = -9223372036854775808",
            "INSERT INTO audit_event SELECT chain, 9223372036854775807, at, action, event, hash, outcome, actor_party, target_party FROM audit_event LIMIT 1",
            "INSERT INTO audit_checkpoint VALUES (\(AuditTests.largest), \(AuditTests.largest), \(AuditTests.zero), \(AuditTests.zero))",
        ])
    func extremeNumbers(_ sql: String) async throws {
        let world = try World()
        let keys = try CheckpointKeys(secrets: [Array(repeating: 7, count: 32)])
        for number in 1...3 { try await world.append(number, in: "acme") }
        try await world.execute(sql)
        let faults = try await world.database.read { transaction throws(DatabaseError) in
            let checkpoints = try CheckpointVerification(
                [], keys: keys, trusting: [], at: Timestamp(seconds: 1_800_000_000), transaction)
            return try AuditVerification(transaction).faults + checkpoints.faults
        }
        #expect(!faults.isEmpty)
        // An event or checkpoint whose number would overflow is refused; any other is appended.
        for _ in 0..<2 {
            _ = try? await world.append(4, in: "acme")
            _ = try? await world.database.write { transaction throws(DatabaseError) in
                try keys.makeCheckpoint(at: Timestamp(seconds: 1_800_000_000), transaction)
            }
        }
        #expect(try await !world.faults().isEmpty || sql.contains("checkpoint"))
    }

    @Test("a checkpoint with the largest possible number is reported, as is the next one")
    func extremeCheckpoint() async throws {
        let world = try World()
        let keys = try CheckpointKeys(secrets: [Array(repeating: 7, count: 32)])
        try await world.append(1, in: "acme")
        let statement =
            #"{"heads":[],"number":9223372036854775807,"previous":"","public_key":"AAAA","timestamp":"2026-01-01T00:00:00Z"}"#
        for number in 1...2 {
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute(
                    "INSERT INTO audit_checkpoint VALUES ($1, 0, $2, $3)", .integer(number),
                    .blob(Array(statement.utf8)), .blob([0]))
            }
        }
        let result = try await world.database.read { transaction throws(DatabaseError) in
            try CheckpointVerification(
                [], keys: keys, trusting: [], at: Timestamp(seconds: 1_800_000_000),
                transaction)
        }
        #expect(result.faults.count >= 2)
    }
}
