import Databases
import GatehouseTesting
import Identities
import Inventory
import InventoryStore
import JSON
import Snapshots
import Synchronization
import Testing
import Time
import WorkspaceMetrics

@testable import Mail
@testable import Server

@Suite("Emails about licenses")
struct LicenseEmailTests {
    /// Accepts emails, or fails.
    private final class Carrier: EmailTransport {
        private let state = Mutex<(emails: [EmailMessage], failure: DeliveryError?)>(([], nil))
        var emails: [EmailMessage] { state.withLock { $0.emails } }
        func fail(_ failure: DeliveryError?) { state.withLock { $0.failure = failure } }

        func deliver(_ email: EmailMessage, by route: MailRoute) async throws(DeliveryError) {
            let failure = state.withLock { $0.failure }
            if let failure { throw failure }
            state.withLock { $0.emails.append(email) }
        }
    }

    private let world: GatewayWorld
    private let carrier = Carrier()
    private let worker: OutboxWorker

    /// - Parameter mail: whether the configuration has a mail server.
    private static func make(mail: Bool = true) throws -> GatewayWorld {
        let settings = #", "mail": {"from": "no-reply@acme.example", "smtp": "smtp://127.0.0.1:25"}"#
        return try GatewayWorld(SettingsText(settings: mail ? settings : ""))
    }

    init() async throws {
        world = try LicenseEmailTests.make()
        worker = OutboxWorker(world.configurations, world.services, by: carrier)
        try license(4)
        for user in ["carla", "vic", "una", "pat"] { _ = try await TestBrowser(world).signIn(user) }
    }

    private func license(_ workflows: Int, notifies: Bool = true) throws {
        var license = License()
        license[.workflows] = workflows
        license.notifies = notifies
        let acme = try #require(OrganizationID("acme"))
        world.metricsSettings.publish(MetricsSettings([acme: MetricsSettings.Organization(license: license)]))
    }

    private func publish(_ workflows: Range<Int>, isDeleted: Bool = false) throws {
        let changes = workflows.map { number in
            isDeleted
                ? #"{"op":"delete_workflow","workspace":"soc","id":"w\#(number)"}"#
                : #"{"op":"put_workflow","workspace":"soc","workflow":{"id":"w\#(number)","published":true,"trigger":"webhook"}}"#
        }
        let acme = try #require(OrganizationID("acme"))
        let body = Array(#"{"changes":[\#(changes.joined(separator: ","))]}"#.utf8)
        _ = try world.store.changeBlocking(acme, body: body).get()
    }

    @Test("each manager with a verified address gets one email about a crossing; other users get none")
    func managers() async throws {
        try publish(0..<3)
        #expect(await worker.sendDue() == 0)
        try publish(3..<4)
        #expect(await worker.sendDue() == 1)
        let email = try #require(carrier.emails.first)
        #expect(email.to.address == "ceo@acme.example")
        #expect(email.subject == "Acme: license nearly used up for workflows")
        #expect(email.plainText.contains("Acme uses 4 of 4 licensed workflows (100%)."))
        #expect(email.plainText.contains("http://127.0.0.1:8080/organizations/acme\n"))
        #expect(email.html.contains("http://127.0.0.1:8080/organizations/acme"))
        try publish(4..<5)
        #expect(await worker.sendDue() == 1)
        #expect(carrier.emails.last?.subject == "Acme: license exceeded for workflows")
        #expect(carrier.emails.last?.plainText.contains("Acme uses 5 of 4 licensed workflows (125%).") == true)
    }

    @Test("a threshold crossed back and forth sends one email, also after a restart")
    func backAndForth() async throws {
        for _ in 0..<3 {
            try publish(0..<4)
            try publish(0..<4, isDeleted: true)
            world.clock.advance(.seconds(3600))
        }
        #expect(await worker.sendDue() == 1)
        try publish(0..<4)
        let another = OutboxWorker(world.configurations, world.services, by: carrier)
        #expect(await another.sendDue() == 0 && carrier.emails.count == 1)
    }

    @Test("a failed delivery is tried again later, and a permanent failure ends the email")
    func failures() async throws {
        carrier.fail(DeliveryError(isPermanent: false, "busy"))
        try publish(0..<4)
        #expect(await worker.sendDue() == 1)
        #expect(await worker.sendDue() == 0)
        carrier.fail(nil)
        world.clock.advance(.seconds(3600))
        #expect(await worker.sendDue() == 1)
        #expect(carrier.emails.count == 1)
        carrier.fail(DeliveryError(isPermanent: true, "no such user"))
        try publish(4..<5)
        #expect(await worker.sendDue() == 1)
        world.clock.advance(.seconds(86400))
        #expect(await worker.sendDue() == 0)
    }

    @Test("managers who were not seen for 30 days get no email")
    func notSeen() async throws {
        world.clock.advance(.seconds(31 * 86400))
        try publish(0..<4)
        #expect(await worker.sendDue() == 0 && carrier.emails.isEmpty)
    }

    @Test("without a mail server, or without license.notify, a crossing sends no email, also not later")
    func withoutMail() async throws {
        try license(4, notifies: false)
        try publish(0..<4)
        #expect(await worker.sendDue() == 0)
        try license(4)
        let other = try LicenseEmailTests.make(mail: false)
        let silent = OutboxWorker(other.configurations, world.services, by: carrier)
        try publish(4..<5)
        #expect(await silent.sendDue() == 0)
        #expect(await worker.sendDue() == 0 && carrier.emails.isEmpty)
        let actions = try await world.database.read { transaction throws(DatabaseError) in
            try transaction.all("SELECT action FROM audit_event WHERE action LIKE 'license%' ORDER BY sequence") {
                row throws(DatabaseError) in row.text(0)
            }
        }
        #expect(actions == ["license_near", "license_over"])
    }
}
