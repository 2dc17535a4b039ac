import AccessUseCases
import Audit
import Databases
import Endpoints
import GatehouseTesting
import Grants
import Identities
import JSON
import Policy
import RuntimeConfiguration
import Sessions
import SignInFlow
import Testing
import Threads

@testable import Server
@testable import WorkspaceMetrics

extension GatewayWorld {
    // MARK: Inventories

    /// Gives an organization new workspaces, which have nothing but a name.
    func fill(_ organization: String, workspaces: [String]) throws {
        let rows = workspaces.map {
            "{\"id\":\"\($0)\",\"name\":\"\($0)\",\"created_at\":\"2025-01-01T00:00:00Z\",\"workflows\":[],"
                + "\"members\":[],\"runners\":[]}"
        }
        try replaceInventory(of: organization, "{\"roles\":[],\"workspaces\":[\(rows.joined(separator: ","))]}")
    }

    func replaceInventory(of organization: String, _ document: String) throws {
        var source = InventoryBytes(Array(document.utf8))
        let id = try #require(OrganizationID(organization))
        let result = try store.replaceInventoryBlocking(of: id, from: &source)
        guard case .success = result else {
            Issue.record("the inventory was refused: \(result)")
            return
        }
        // Reads are answered at once from now on.
        _ = try store.loadBlocking(id)
    }

    // MARK: Users

    /// The browser of a signed-in user.
    func browser(_ person: String, _ query: String = "") async throws -> TestBrowser {
        let browser = TestBrowser(self)
        try await browser.signIn(person, query)
        return browser
    }

    /// The identity of a user of the provider.
    static func identity(_ subject: String, issuer: String = SettingsText.issuer) -> Identity {
        Identity(issuer: Issuer(issuer), subject: Subject(subject))
    }

    /// The id of the identity of a user of the provider.
    func identity(_ subject: String) throws -> String { try IdentityID(GatewayWorld.identity(subject)).text }

    /// Grants a role as the operator.
    @discardableResult
    func grant(
        _ role: Role, to subject: String, issuer: String = SettingsText.issuer, in id: String = "acme"
    ) throws -> Grant {
        let organization = try #require(OrganizationID(id))
        let access = services.stores.access
        return try BackgroundExecutor.wait { () async throws(DatabaseError) in
            try await access.createGrant(
                role, to: GatewayWorld.identity(subject, issuer: issuer), in: organization,
                recording: AccessWorld.record(.grantCreate, in: organization)
            ).grant
        }
    }

    // MARK: The database

    /// Empties the memory of sessions, as a restart does.
    func forgetSessions() { services.stores.sessions.seal(with: configuration.signIn.box) }

    /// Tampers with the store.
    func execute(_ sql: String) async throws { try await place.execute(sql) }

    /// Returns the number of rows, such as those of `session WHERE ended_at IS NULL`.
    func count(_ rows: String) async throws -> Int { try await place.count(rows) }

    /// The actions of an organization's audit log, oldest first, with the reasons of their outcomes.
    func audited(_ organization: String = "acme") async throws -> [String] {
        let id = try #require(OrganizationID(organization))
        let events = try await database.read { transaction throws(DatabaseError) in
            var query = AuditLog.Query()
            query.limit = 500
            return try AuditLog.events(of: id, query, transaction)
        }
        return try events.reversed().map {
            try #require(try JSONDocument(parsing: $0.json).root.member("action")?.string)
        }
    }
}
