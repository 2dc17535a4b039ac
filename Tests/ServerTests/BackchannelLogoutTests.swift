import Databases
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import Testing
import Time

@testable import Server

@Suite("Back-channel logout")
struct BackchannelLogoutTests {
    static let event = "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}"

    private func send(
        _ world: GatewayWorld, _ claims: String, id: String = "j1", provider: String = "idp", at age: Int64 = 0
    ) async throws -> TestAnswer {
        let issued = world.clock.now.seconds - age
        let payload =
            "{\"iss\":\"\(SettingsText.issuer)\",\"aud\":\"gatehouse client\",\"iat\":\(issued),\"exp\":\(issued + 600),"
            + "\"jti\":\"\(id)\",\(BackchannelLogoutTests.event)\(claims)}"
        let token = try world.provider.sign(Array(payload.utf8))
        return try await world.send(
            "POST", "/auth/backchannel-logout/\(provider)",
            fields: TestBrowser.form, body: "logout_token=\(token)")
    }

    private func session(_ world: GatewayWorld, _ browser: TestBrowser) async throws -> String {
        let row = try await world.database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT provider_session FROM session WHERE ended_at IS NULL") {
                row throws(DatabaseError) in row.text(0)
            }
        }
        return try #require(row)
    }

    @Test("a logout token with sid ends that session, and a later sign-in with this sid is refused")
    func bySession() async throws {
        let world = try GatewayWorld()
        let (browser, other) = (TestBrowser(world), TestBrowser(world))
        try await browser.signIn("carla")
        let id = try await session(world, browser)
        try await other.signIn("carla")
        let answer = try await send(world, ",\"sid\":\"\(id)\"")
        #expect(answer.status == 200 && answer.field("Cache-Control") == "no-store")
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await other.fetch("GET", "/api/v1/me").status == 200)
        // A sign-in in progress brings the provider session that has just ended.
        world.outbound.reissue(["sid": "\"\(id)\""])
        #expect(try await browser.signIn("carla").body.contains("signed out in the meantime"))
        world.clock.advance(.seconds(601))
        #expect(try await browser.signIn("carla").status == 303)
    }

    @Test("a logout token with sub ends all of the user's sessions")
    func bySubject() async throws {
        let world = try GatewayWorld()
        let (laptop, phone, other) = (TestBrowser(world), TestBrowser(world), TestBrowser(world))
        try await laptop.signIn("carla")
        try await phone.signIn("carla")
        try await other.signIn("vic")
        #expect(try await send(world, ",\"sub\":\"carla\"").status == 200)
        #expect(try await laptop.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await phone.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await other.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("a logout token is accepted once, by its own provider, while it is fresh")
    func refusals() async throws {
        let world = try GatewayWorld()
        #expect(try await send(world, ",\"sub\":\"carla\"", id: "a").status == 200)
        let again = try await send(world, ",\"sub\":\"carla\"", id: "a")
        #expect(again.status == 400 && again.json?.member("reason")?.string == "replayed")
        #expect(again.field("Cache-Control") == "no-store")
        for (claims, age) in [("", 0 as Int64), (",\"sub\":\"carla\",\"nonce\":\"n\"", 0), (",\"sub\":\"carla\"", 301)]
        {
            #expect(try await send(world, claims, id: "b", at: age).status == 400)
        }
        #expect(try await send(world, ",\"sub\":\"carla\"", id: "c", provider: "none").status == 404)
        // The store accepts no NUL.
        for (claims, id) in [
            (",\"sub\":\"car\\u0000la\"", "d"), (",\"sid\":\"\\u0000\"", "e"), (",\"sub\":\"carla\"", "f\\u0000"),
        ] {
            let answer = try await send(world, claims, id: id)
            #expect(answer.status == 400 && answer.json?.member("reason")?.string == "claim_malformed", "\(claims)")
        }
        let form = TestBrowser.form
        for body in ["", "logout_token=", "logout_token=x.y.z", "logout_token=a&logout_token=b", "other=x"] {
            let answer = try await world.send("POST", "/auth/backchannel-logout/idp", fields: form, body: body)
            #expect(answer.status == 400 && answer.field("Cache-Control") == "no-store", "\(body)")
        }
        let plain = try await world.send("POST", "/auth/backchannel-logout/idp", body: "logout_token=x")
        #expect(plain.status == 400)
    }
}
