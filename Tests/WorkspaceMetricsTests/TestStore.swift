import Audit
import Databases
import GatehouseTesting
import HTTPMessage
import Identities
import Inventory
import JSON
import Snapshots
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

/// A store in its own directory, deleted with it, and a manual clock.
final class TestStore: Sendable {
    let store: MetricsStore
    let clock: ManualClock
    let settings: Published<MetricsSettings>
    private let place: TemporaryStore
    var database: Database { place.database }
    var directory: String { place.directory.path }
    /// The path of the SQLite file; empty for another store.
    var path: String { if case .sqlite(let path) = database.location { path } else { "" } }

    init(clock: ManualClock = ManualClock(), settings: MetricsSettings = MetricsSettings()) throws {
        self.clock = clock
        self.settings = Published(settings)
        place = try TemporaryStore([MetricsStore.schema, AuditLog.schema])
        store = MetricsStore(database: place.database, settings: self.settings, now: { clock.now })
    }

    /// Opens the file again, as another process would.
    func reopened() throws -> MetricsStore {
        let clock = clock
        return MetricsStore(database: try place.reopened(), settings: settings, now: { clock.now })
    }

    @discardableResult
    func put(
        _ document: String, _ organization: OrganizationID = .acme
    ) async throws -> Result<ImportSummary, InventoryRefusal> {
        var source = InventoryBytes(Array(document.utf8))
        return try await store.replaceInventory(of: organization, from: &source)
    }

    @discardableResult
    func change(
        _ changes: String, _ organization: OrganizationID = .acme
    ) async throws -> Result<Void, InventoryRefusal> {
        try await store.change(organization, body: Array("{\"changes\":[\(changes)]}".utf8)).result.map { _ in }
    }

    func inventory(_ organization: OrganizationID = .acme) async throws -> String {
        var export = try await store.export(organization)
        var bytes: [UInt8] = []
        while let piece = try await export.next() { bytes += piece }
        #expect(bytes.count == export.length)
        return String(decoding: bytes, as: UTF8.self)
    }

    func page(_ parameters: [(name: String, value: String)] = [], _ organization: OrganizationID = .acme) throws -> Page
    {
        let answer = store.workspaces(of: organization, try WorkspaceQuery(parameters), as: .json)
        return try Page(answer.body())
    }

    func generations() async throws -> Int {
        try await place.count("inventory_generation")
    }

    func count(_ table: String) async throws -> Int { try await place.count(table) }
}

extension MetricsStore {
    /// The organization's snapshot, loaded if it is not in memory.
    func snapshot(of organization: OrganizationID) -> MetricsSnapshot {
        do {
            return try loadBlocking(organization)
        } catch {
            fatalError("the snapshot cannot be loaded: \(error)")
        }
    }

    func reading(of organization: OrganizationID, _ license: License = License()) -> MetricsReading {
        reading(of: organization, snapshot(of: organization), license)
    }

    func workspaces(
        of organization: OrganizationID, _ query: WorkspaceQuery, as format: Representation.Format
    ) -> Representation {
        reading(of: organization).workspaces(query, as: format)
    }

    func workspace(_ id: String, of organization: OrganizationID) -> Representation? {
        reading(of: organization).workspace(id: id)
    }

    func summary(of organization: OrganizationID, _ license: License) -> Representation {
        reading(of: organization, license).summary()
    }
}

struct Page: Equatable {
    let ids: [String]
    let cursor: String?

    init(_ bytes: [UInt8]) throws {
        let root = try JSONDocument(parsing: bytes).root
        ids = root.member("items")?.elements.map { $0.member("id")?.string ?? "" } ?? []
        cursor = root.member("next_cursor")?.string
    }
}

extension OrganizationID {
    static let acme = OrganizationID("acme")!
    static let globex = OrganizationID("globex")!
}

extension WriteTerms {
    /// The terms of the operator, without conditions.
    static let always = WriteTerms(.acme, if: OperatorAuthorization(), when: Preconditions())
}

extension Result where Failure == InventoryRefusal {
    /// The pointers of a refusal's faults; empty for any other result.
    var pointers: [String] {
        guard case .failure(.content(let faults)) = self else { return [] }
        return faults.map(\.pointer)
    }

    var isSuccess: Bool {
        if case .success = self { return true }
        return false
    }
}

/// The contract's example, with an object of every kind.
let example = """
    { "roles": [ { "id": "owner", "name": "Owner", "scopes": ["playbook.write", "cm.case.write", "user.write"] },
        { "id": "analyst", "name": "Analyst", "scopes": ["cm.case.write"] } ],
      "workspaces": [ { "id": "soc", "name": "SOC", "created_at": "2025-01-01T01:00:00+01:00", "colour": "blue",
        "workflows": [ { "id": "wf1", "name": "Triage", "published": true, "nested_only": false, "trigger": "webhook" },
          { "id": "wf2", "name": "On case", "published": true, "nested_only": false, "trigger": "case" },
          { "id": "wf3", "name": "Nested", "published": true, "nested_only": true, "trigger": "case" } ],
        "members":   [ { "email": "o@acme.com", "name": "O", "roles": ["owner"], "status": "active" },
          { "email": "A@acme.com", "name": "A", "roles": ["analyst"], "status": "active" } ],
        "runners":   [ { "id": "r1", "name": "eks", "hosting": "self_hosted", "shared_from": null } ] },
        { "id": "lab", "name": "Lab", "created_at": null, "workflows": [],
          "members": [ { "email": "a@ACME.com", "name": "A", "roles": ["analyst"], "status": "active" } ],
          "runners": [] } ] }
    """
