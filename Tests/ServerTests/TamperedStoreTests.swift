import AccessUseCases
import Databases
import Endpoints
import GatehouseTesting
import Grants
import Identities
import Invitations
import RuntimeConfiguration
import Sessions
import SignInFlow
import Snapshots
import Testing
import Time

@testable import Server

@Suite("A store with tampered numbers")
struct TamperedStoreTests {
    private let world: GatewayWorld

    init() throws {
        world = try GatewayWorld(SettingsText(isRenewable: true))
    }

    static let numbers = ["9223372036854775807", "-9223372036854775808"]

    @Test("sessions with impossible numbers end or continue without a failure", arguments: numbers)
    func sessions(number: String) async throws {
        for column in ["version", "created_at", "used_at", "renewed_at", "changed_at"] {
            let browser = try await world.browser("carla")
            try await world.execute("UPDATE session SET \(column) = \(number)")
            // Empties the sessions in memory.
            world.forgetSessions()
            world.clock.advance(.seconds(1000))
            #expect([200, 401].contains(try await browser.fetch("GET", "/api/v1/me").status), "\(column)")
            world.services.stores.sessions.takeUp(.all)
        }
    }

    @Test("times of users, grants, invitations and denied sign-ins may be any number", arguments: numbers)
    func times(number: String) async throws {
        let manager = try await world.browser("carla")
        _ = try world.grant(.viewer, to: "unseen")
        _ = try await world.browser("sam", "organization=acme")
        let body = #"{"email":"x@acme.example","role":"organization-viewer"}"#
        let invited = try await manager.call("POST", "\(acme)/invitations", body)
        let suspended = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("sam"))")
        #expect(invited.status == 201 && suspended.status == 200)
        for (table, column) in [
            ("person_seen", "seen_at"), ("access_grant", "created_at"), ("suspension", "created_at"),
            ("invitation", "created_at"), ("invitation", "expires_at"), ("invitation", "attempts"),
            ("invitation_sending", "at"), ("denied_sign_in", "at"), ("claim_mapping", "rank"),
        ] { try await world.execute("UPDATE \(table) SET \(column) = \(number)") }
        for list in [
            "members", "grants", "suspensions", "invitations", "denied-sign-ins", "audit-events", "claim-mappings",
        ] {
            #expect(try await manager.fetch("GET", "\(acme)/\(list)").status == 200, "\(list)")
        }
        #expect(try await manager.open("/organizations/acme/members").status == 200)
        _ = try await manager.call(
            "POST", "\(acme)/invitations", #"{"email":"y@acme.example","role":"organization-viewer"}"#)
        _ = try? await world.services.stores.invitations.expire()
        _ = try? await world.services.outbox.take(for: .seconds(60))
        try world.services.stores.access.refresh()
        _ = try await world.browser("vic")
    }
}
