import Audit
import Databases
import GatehouseTesting
import Identities
import Inventory
import InventoryStore
import Testing
import Time

@Suite("Changes of an inventory in one transaction")
struct InventoryEditTests {
    private let place: TemporaryStore
    private let moment = Timestamp(seconds: 1_800_000_000)

    init() throws { place = try TemporaryStore([InventoryTables.schema, AuditLog.schema]) }

    /// Applies changes under a license for no workflows, and undoes them if they are refused.
    private func apply(_ changes: String) async throws -> Result<CommittedChange, InventoryRefusal> {
        let parsed = try InventoryChange.list(parsing: Array("{\"changes\":[\(changes)]}".utf8))
        var license = License()
        license[.workflows] = 0
        let edit = InventoryEdit(
            .acme, .success((parsed, parsed.indices.map { "/changes/\($0)" })), by: MetricDefinitions(), under: license,
            at: moment)
        return try await place.database.decide { transaction throws(DatabaseError) in
            switch try edit.apply(transaction) {
            case .success(let change): .commit(change)
            case .failure(let refusal): .refuse(refusal)
            }
        }
    }

    private static let made = #"""
        {"op":"put_workspace","workspace":{"id":"soc","name":"SOC"}},
        {"op":"put_workflow","workspace":"soc","workflow":{"id":"w","published":true,"trigger":"webhook"}}
        """#

    @Test("counts, history and the license's crossing are written with the rows")
    func written() async throws {
        let change = try await apply(InventoryEditTests.made).get()
        #expect(change.state.version == 1 && change.state.figures.workflows == 1 && change.removed.isEmpty)
        #expect(change.changed.map(\.id) == ["soc"] && change.changed[0].publishedAt == moment)
        #expect(try await place.count("usage_history WHERE workspace = 'soc' AND metric = 0 AND value = 1") == 1)
        #expect(try await place.count("audit_event WHERE action = 'license_over'") == 1)
        let again = try await apply(#"{"op":"delete_workspace","workspace":"soc"}"#).get()
        #expect(again.state.version == 2 && again.state.figures == MetricCounts() && again.removed == ["soc"])
    }

    @Test("refused changes leave nothing behind")
    func refused() async throws {
        let before = try await place.content()
        let result = try await apply(
            InventoryEditTests.made + #",{"op":"rename_workspace","workspace":"?","name":"N"}"#)
        guard case .failure(.content(let faults)) = result else {
            Issue.record("a change of a workspace that does not exist was made")
            return
        }
        #expect(faults.map(\.pointer) == ["/changes/2/workspace"])
        #expect(try await place.content() == before)
    }
}

extension OrganizationID {
    fileprivate static let acme = OrganizationID("acme")!
}
