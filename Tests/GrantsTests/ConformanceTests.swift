import Audit
import Databases
import GatehouseTesting
import Identities
import Policy
import Testing

@testable import Grants

@Suite("The access store among stores")
struct ConformanceTests {
    @Test("the access store keeps what every store keeps")
    func conformance() async throws {
        let world = try AccessWorld()
        let managers = try (0...5).map { number in
            try world.user("s\(number)", groups: ["managers"], email: "s\(number)@acme.example")
        }
        try await StoreConformance(
            schemas: AccessWorld.schemas, listed: (1...5).map { "s\($0)@acme.example" },
            damage: [
                "identity = 'x'", "provider = ''", "seen_at = 9223372036854775807", "seen_at = -9223372036854775808",
                "claims = \(TestSQL.blob([]))", "claims = \(TestSQL.blob([])), rules = ''", "rules = 'x'",
                "mapped_role = 'root'", "issuer = ''",
            ].map { "UPDATE person_seen SET \($0) WHERE subject = 's3'" },
            open: { database in try AccessWorld.store(in: database, at: world.clock) },
            write: { store, number in
                try await AccessWorld.signIn(managers[number].currentClaims, to: store)
            },
            read: { store in
                try await store.members(of: AccessWorld.acme, by: .name, after: nil, limit: 9).map(\.name)
            },
            refuse: { store in
                // Refused after the row of the suspension was written.
                try await store.suspend(
                    managers[1].id, in: AccessWorld.acme, by: managers[1].acting(),
                    recording: AccessWorld.record(.suspensionCreate)
                ).error == .losesOwnRole
            }
        ).verify()
    }
}
