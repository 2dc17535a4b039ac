import Cryptography
import Databases
import GatehouseTesting
import Identities
import JSON
import Testing
import Time

@testable import Audit

@Suite("Checkpoints")
struct CheckpointTests {
    private let world: AuditTests.World
    private let keys: CheckpointKeys

    init() throws {
        world = try AuditTests.World()
        keys = try CheckpointKeys(secrets: [Array(repeating: 7, count: 32)])
    }

    private func checkpoint(_ second: Int64, with keys: CheckpointKeys? = nil) async throws -> AuditCheckpoint? {
        let keys = keys ?? self.keys
        return try await world.database.write { transaction throws(DatabaseError) in
            try keys.makeCheckpoint(at: Timestamp(seconds: 1_800_000_000 + second), transaction)
        }
    }

    private func verify(
        _ kept: [AuditCheckpoint] = [], with keys: CheckpointKeys? = nil, trusting trusted: [[UInt8]] = [],
        at now: Int64 = 1_000_000
    ) async throws -> CheckpointVerification {
        let keys = keys ?? self.keys
        return try await world.database.read { transaction throws(DatabaseError) in
            try CheckpointVerification(
                kept, keys: keys, trusting: trusted, at: Timestamp(seconds: 1_800_000_000 + now), transaction)
        }
    }

    /// Appends three events, a checkpoint, two more events, and another checkpoint.
    private func fill() async throws -> [AuditCheckpoint] {
        for number in 1...3 { try await world.append(number, in: "acme") }
        let first = try #require(try await checkpoint(4))
        for number in 4...5 { try await world.append(number, in: "acme") }
        return [first, try #require(try await checkpoint(6))]
    }

    @Test("checkpoints of an unchanged log are valid, in the store and in a copy; without new events none is made")
    func hold() async throws {
        let made = try await fill()
        #expect(try await checkpoint(7) == nil)
        let result = try await verify(made.compactMap { AuditCheckpoint(json: $0.json) })
        #expect(result.faults.isEmpty && result.count == 4)
    }

    @Test("a tail that was cut off together with its head is found, and so is a rebuilt chain")
    func truncated() async throws {
        _ = try await fill()
        try await world.execute("DELETE FROM audit_event WHERE sequence > 2")
        try await world.execute(
            "UPDATE audit_head SET sequence = 2, hash = (SELECT hash FROM audit_event WHERE sequence = 2)")
        #expect(try await world.faults().isEmpty)
        #expect(try await verify().faults.count == 2)
    }

    @Test("removed or changed checkpoints are found by later checkpoints, and by a copy")
    func removed() async throws {
        let made = try await fill()
        try await world.execute("DELETE FROM audit_checkpoint WHERE number = 1")
        #expect(try await !verify().faults.isEmpty)
        try await world.execute("DELETE FROM audit_checkpoint")
        #expect(try await verify().faults.isEmpty)
        #expect(try await verify(made).faults.count == 2)
    }

    @Test("a checkpoint signed by another key counts only if that key is named; an empty signature never counts")
    func otherKey() async throws {
        let old = try CheckpointKeys(secrets: [Array(repeating: 8, count: 32)])
        try await world.append(1, in: "acme")
        let made = try #require(try await checkpoint(2, with: old))
        #expect(try await verify().faults.count == 1)
        #expect(try await verify(trusting: old.publicKeys).faults.isEmpty)
        #expect(try await verify(trusting: old.publicKeys).count == 1)
        let both = try CheckpointKeys(secrets: [Array(repeating: 7, count: 32), Array(repeating: 8, count: 32)])
        #expect(try await verify(with: both).faults.isEmpty)
        try await world.execute("UPDATE audit_checkpoint SET signature = \(TestSQL.blob([]))")
        #expect(try await verify(trusting: old.publicKeys).faults.count == 1)
        let forged = AuditCheckpoint(statement: made.statement, signature: [])
        #expect(try await !verify([forged], trusting: old.publicKeys).faults.isEmpty)
    }

    @Test("a gap of more than a day between checkpoints is a warning, even if newer checkpoints exist")
    func coverage() async throws {
        for number in [1, 86_400] { try await world.append(number, in: "acme") }
        #expect(try await verify().warnings.isEmpty)
        try await world.append(90_100, in: "globex")
        #expect(try await verify().warnings.count == 1)
        // A verification just after a restart sees events that the first checkpoint will cover within the minute.
        #expect(try await verify(at: 90_200).warnings.isEmpty)
        // Without a signing key, there are no warnings.
        #expect(try await verify(with: CheckpointKeys(secrets: [])).warnings.isEmpty)
        _ = try await checkpoint(200_000)
        let result = try await verify()
        #expect(result.warnings.count == 1 && result.faults.isEmpty)
    }

    @Test("downtime without events, or a chain that began later, causes no warning")
    func stopped() async throws {
        _ = try await fill()
        try await world.append(86_000, in: "acme")
        // The gateway was down for a week; its first event afterwards is followed by a checkpoint.
        try await world.append(700_000, in: "acme")
        _ = try await checkpoint(700_030)
        #expect(try await verify().warnings.isEmpty)
        // The clock was set back by three hours.
        try await world.append(690_000, in: "globex")
        #expect(try await verify(at: 700_100).warnings.isEmpty)
        try await world.execute("DELETE FROM audit_checkpoint")
        _ = try await checkpoint(900_000)
        #expect(try await verify().warnings.count == 1)
    }

    @Test("a checkpoint dated in the future does not prevent the next one")
    func future() async throws {
        try await world.append(1, in: "acme")
        _ = try await checkpoint(400_000_000)
        #expect(try await verify().warnings.count == 1)
        try await world.append(2, in: "acme")
        let keys = keys
        func daily(_ second: Int64) async throws -> AuditCheckpoint? {
            try await world.database.write { transaction throws(DatabaseError) in
                try keys.makeDaily(at: Timestamp(seconds: 1_800_000_000 + second), transaction)
            }
        }
        #expect(try await daily(10) != nil)
        try await world.append(3, in: "acme")
        #expect(try await daily(20) == nil)
        #expect(try await daily(86_500) != nil)
    }
}
