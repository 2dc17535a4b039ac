import Databases
import GatehouseTesting
import Identities
import JSON
import Testing
import Time

@testable import Audit

@Suite("Searches of the audit log")
struct AuditSearchTests {
    private static let acme = OrganizationID("acme")
    private static let issuer: Issuer = "https://idp.example"
    private static let carla = AuditPerson(
        Identity(issuer: issuer, subject: "00u-Carla"), email: "Carla@acme.example", name: "Carla Reyes",
        isEmailVerified: true)
    private static let vic = AuditPerson(
        Identity(issuer: issuer, subject: "00u-vic"), email: "vic@acme.example", name: "Vic Moreno",
        isEmailVerified: false)

    private let store: TemporaryStore

    init() throws { store = try TemporaryStore([AuditLog.schema]) }

    private func append(_ records: [AuditRecord]) async throws {
        try await store.database.write { transaction throws(DatabaseError) in
            for record in records { try AuditLog.append(record, at: Timestamp(seconds: 1_800_000_000), transaction) }
        }
    }

    /// Appends events 1 to 4: Carla signs in, invites, and suspends Vic; an operator reinstates him.
    private func appendSample() async throws {
        let (carla, vic) = (AuditActor.person(AuditSearchTests.carla), AuditSearchTests.vic)
        let id = try IdentityID(vic.identity)
        try await append([
            AuditRecord(.signIn, by: carla, in: AuditSearchTests.acme, target: "acme-okta", outcome: .denied),
            AuditRecord(
                .invitationCreate, by: carla, in: AuditSearchTests.acme, target: "invitation-1",
                details: [("email", "Kim.Lee@acme.example")]),
            AuditRecord(.suspensionCreate, by: carla, in: AuditSearchTests.acme).about(vic, id),
            AuditRecord(.suspensionDelete, by: .operator, in: AuditSearchTests.acme).about(vic, id),
        ])
    }

    private func sequences(_ change: (inout AuditLog.Query) -> Void) async throws -> [Int] {
        var query = AuditLog.Query()
        change(&query)
        let asked = query
        return try await store.database.read { transaction throws(DatabaseError) in
            let found = try AuditLog.events(of: AuditSearchTests.acme, asked, transaction).map(\.sequence)
            guard asked.before == nil, asked.after == 0 else { return found }
            let exported = try AuditLog.events(of: AuditSearchTests.acme, asked, after: 0, limit: 500, transaction)
            let count = try AuditLog.count(of: AuditSearchTests.acme, asked, upTo: 100, transaction)
            // A list, its export and its count agree.
            guard found == exported.map(\.sequence).reversed(), count == found.count else { return [-1] }
            return found
        }
    }

    @Test(
        "a search finds names, addresses, user IDs and ids of actors and targets, without regard to ASCII case",
        arguments: [
            ("carla reyes", [3, 2, 1]), ("CARLA@ACME", [3, 2, 1]), ("00u-cARLa", [3, 2, 1]), ("Vic Moreno", [4, 3]),
            ("VIC@", [4, 3]), ("00u-vic", [4, 3]), ("kim.lee", [2]), ("invitation-1", [2]), ("okta", [1]),
            ("operator", [4]), ("acme.example", [4, 3, 2, 1]), ("reyes\ncarla", []), ("%", []), ("absent", []),
        ])
    func texts(_ text: String, _ expected: [Int]) async throws {
        try await appendSample()
        #expect(try await sequences { $0.text = text } == expected)
    }

    @Test("a search finds the identity ids of actors and targets")
    func ids() async throws {
        try await appendSample()
        let (carla, vic) = (
            try IdentityID(AuditSearchTests.carla.identity).text, try IdentityID(AuditSearchTests.vic.identity).text
        )
        #expect(try await sequences { $0.text = carla } == [3, 2, 1])
        #expect(try await sequences { $0.text = vic } == [4, 3])
        #expect(try await sequences { $0.target = vic } == [4, 3])
        // A target is compared exactly.
        #expect(try await sequences { $0.target = vic.uppercased() } == [])
        #expect(try await sequences { $0.target = String(vic.dropLast()) } == [])
        #expect(try await sequences { $0.target = carla } == [])
    }

    @Test("filters are combined, and the actor is only searched among actors")
    func combined() async throws {
        try await appendSample()
        #expect(try await sequences { $0.actor = "vic" } == [])
        #expect(try await sequences { $0.actor = "CARLA" } == [3, 2, 1])
        #expect(try await sequences { ($0.actor, $0.text) = ("carla", "vic") } == [3])
        #expect(try await sequences { ($0.text, $0.action) = ("vic", .suspensionDelete) } == [4])
        #expect(try await sequences { ($0.text, $0.outcome) = ("carla", .denied) } == [1])
        #expect(try await sequences { ($0.text, $0.before) = ("carla", 3) } == [2, 1])
        #expect(try await sequences { ($0.text, $0.after) = ("carla", 1) } == [3, 2])
        #expect(try await sequences { $0.outcome = .failure } == [])
    }

    @Test("an actor or a target of many events is found in the list instead of its own index")
    func frequent() async throws {
        try await appendSample()
        // The count of events decides how to search, and never what is found, even if it was tampered with.
        for uses in [Int.max, 0, -5] {
            try await store.execute("UPDATE audit_party SET uses = \(uses)")
            #expect(try await sequences { $0.text = "carla" } == [3, 2, 1])
            #expect(try await sequences { ($0.text, $0.actor) = ("vic", "operator") } == [4])
            try await append([AuditRecord(.auditExport, by: .system, in: OrganizationID("globex"))])
        }
    }

    @Test("events say who acted and on whom, as known at that time")
    func parties() async throws {
        try await appendSample()
        let event = try await store.database.read { transaction throws(DatabaseError) in
            var query = AuditLog.Query()
            query.action = .suspensionCreate
            return try AuditLog.events(of: AuditSearchTests.acme, query, transaction).first?.json ?? []
        }
        let root = try JSONDocument(parsing: event).root
        let (actor, details) = (root.member("actor"), root.member("details"))
        #expect(root.member("target")?.string == (try IdentityID(AuditSearchTests.vic.identity)).text)
        #expect(actor?.members.map(\.name).sorted() == ["email", "issuer", "kind", "subject"])
        let expected = [
            "actor_id": try IdentityID(AuditSearchTests.carla.identity).text, "actor_name": "Carla Reyes",
            "actor_email_verified": "true", "issuer": "https://idp.example", "subject": "00u-vic",
            "email": "vic@acme.example", "name": "Vic Moreno", "email_verified": "false",
        ]
        var found: [String: String] = [:]
        if let details { for member in details.members { found[member.name] = member.value.string } }
        #expect(found == expected)
    }

    @Test(
        "an altered event that is no JSON does not prevent the migration, so that it can be reported",
        .onSQLite("the first version of PostgreSQL's tables is later"))
    func alteredEvent() async throws {
        let old = AuditLog.schema.prefix(1)
        let file = try TemporaryStore([old])
        _ = try await file.database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                "INSERT INTO audit_event VALUES ('acme', 1, 1800000000000, 'sign_in', 'x', $1, 'hash')",
                .blob(Array("{broken".utf8)))
        }
        let migrated = try Database(at: file.database.location, schemas: [AuditLog.schema])
        migrated.close()
    }

    @Test(
        "events of an earlier version are found and verified after the migration",
        .onSQLite("the first version of PostgreSQL's tables is later"))
    func migration() async throws {
        let old = AuditLog.schema.prefix(1)
        let file = try TemporaryStore([old])
        var previous = AuditEvent.origin
        let events = [
            #"{"action":"suspension_create","actor":{"email":"Carla@acme.example","issuer":"https://idp.example","kind":"identity","subject":"00u-Carla"},"details":{"issuer":"https://idp.example","subject":"00u-vic"},"id":"a","ip":null,"organization":"acme","outcome":"success","previous_hash":"PREVIOUS","reason":null,"request_id":null,"sequence":1,"target":"vic-id","timestamp":"2027-01-15T08:00:00.000Z"}"#,
            #"{"action":"audit_export","actor":{"email":null,"issuer":null,"kind":"operator","subject":null},"details":{},"id":"b","ip":null,"organization":"acme","outcome":"success","previous_hash":"PREVIOUS","reason":null,"request_id":null,"sequence":2,"target":null,"timestamp":"2027-01-15T08:00:00.000Z"}"#,
        ]
        for (index, text) in events.enumerated() {
            let event = try AuditEvent(canonical: Array(text.replacing("PREVIOUS", with: previous).utf8))
            previous = event.hash
            let action = index == 0 ? "suspension_create" : "audit_export"
            let sequence = index + 1
            try await file.database.write { transaction throws(DatabaseError) in
                try transaction.execute(
                    "INSERT INTO audit_event VALUES ('acme', $1, 1800000000000, $2, 'x', $3, $4)", .integer(sequence),
                    .text(action), .blob(event.canonical), .text(event.hash))
                try transaction.execute(
                    """
                    INSERT INTO audit_head VALUES ('acme', $1, $2)
                    ON CONFLICT DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
                    """, .integer(sequence), .text(event.hash))
            }
        }
        let migrated = try Database(at: file.database.location, schemas: [AuditLog.schema])
        defer { migrated.close() }
        let (faults, byActor, byTarget) = try await migrated.read { transaction throws(DatabaseError) in
            var (actor, target) = (AuditLog.Query(), AuditLog.Query())
            (actor.text, target.target) = ("CARLA@", "vic-id")
            return (
                try AuditVerification(transaction).faults,
                try AuditLog.events(of: AuditSearchTests.acme, actor, transaction).map(\.sequence),
                try AuditLog.events(of: AuditSearchTests.acme, target, transaction).map(\.sequence)
            )
        }
        #expect(faults.isEmpty && byActor == [1] && byTarget == [1])
    }
}
