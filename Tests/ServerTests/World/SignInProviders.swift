import Cryptography
import DemoProvider
import GatehouseTesting

/// The two providers that the gateway can reach.
struct SignInProviders: Sendable {
    static let secret = "s:e c%ret"

    let clock = ManualClock()
    let first: DemoProvider
    let second: DemoProvider
    let outbound: ScriptedProvider

    init(for text: SettingsText) throws {
        first = DemoProvider(
            issuer: SettingsText.issuer,
            clients: [
                DemoClient(
                    id: "gatehouse client", secret: SignInProviders.secret,
                    redirectURIs: ["\(text.publicURL)/auth/callback/idp"],
                    postLogoutRedirectURIs: ["\(text.publicURL)/auth/signed-out"])
            ], people: SignInProviders.people, key: try SigningKey.generate(text.key), keyID: "k")
        second = DemoProvider(
            issuer: SettingsText.otherIssuer,
            clients: [DemoClient(id: "x", secret: nil, redirectURIs: ["\(text.publicURL)/auth/callback/other"])],
            people: SignInProviders.people, key: try SigningKey.generate(text.key), keyID: "k")
        outbound = ScriptedProvider([first, second], clock)
    }

    private static let people = [
        DemoPerson(id: "carla", name: "Carla", email: "ceo@acme.example", groups: ["everyone"]),
        DemoPerson(id: "vic", name: "Vic", email: "vic@acme.example", groups: ["everyone", "acme-viewers"]),
        DemoPerson(id: "una", name: "Una", email: "ceo@acme.example", isEmailVerified: false, groups: []),
        DemoPerson(id: "pat", name: "Pat", email: "pat@acme.example"),
        DemoPerson(id: "varia", name: "Varia", email: "a\u{1FEF}b@acme.example"),
        DemoPerson(id: "gloria", name: "Gloria", email: "gloria@globex.example"),
        DemoPerson(id: "sue", name: "Sue", email: "sue@acme.example"),
        DemoPerson(id: "nul", name: "Nul", email: "n\u{0}l@acme.example"),
        DemoPerson(id: "twin", name: "Twin", email: "vic@acme.example"),
        DemoPerson(id: "sam", name: "<Sam>", email: "sam@elsewhere.example", groups: ["Acme-Viewers"]),
    ]
}
