import ClaimMapping
import Cryptography
import DemoProvider
import GatehouseTesting
import Grants
import HTTPClient
import HTTPMessage
import Identities
import JSON
import OpenID
import Policy
import Sessions
import Snapshots
import Telemetry
import Testing
import Text
import Time
import Tokens
import Web

@testable import SignInFlow

/// Sign-ins at scripted providers, without a gateway. The organizations and their rules are those of ``AccessWorld``.
final class FlowWorld: Sendable {
    static let site = Site(origin: "https://access.example")
    static let lifetimes = SessionLifetimes(
        idle: .seconds(8 * 3600), absolute: .seconds(24 * 3600), revalidate: .seconds(900), claims: .seconds(3600))
    static let people = [
        DemoPerson(id: "carla", name: "Carla", email: "carla@acme.example", groups: ["managers"]),
        DemoPerson(id: "vic", name: "Vic", email: "vic@acme.example", groups: ["viewers"]),
        DemoPerson(id: "sam", name: "Sam", email: "sam@elsewhere.example", groups: ["Viewers"]),
    ]

    /// What the configuration says of sign-ins.
    struct Setup {
        var providers = [AccessWorld.idp, AccessWorld.other]
        /// The providers that the sign-in page may name.
        var listed: Set<ProviderID> = [AccessWorld.idp, AccessWorld.other]
        /// The issuers that differ from those of ``AccessWorld``.
        var issuers: [ProviderID: Issuer] = [:]
        /// The providers by their users' email domains.
        var domains: [ExactText: [ProviderID]] = [:]
        /// Whether the providers issue refresh tokens.
        var isRenewable = false
        var hasKey = true
    }

    let access: AccessWorld
    let sessions: SessionStore
    let denied: DeniedSignInStore
    let outbound: ScriptedProvider
    let provider: DemoProvider
    let recorded: RecordedLog
    let configuration: SignInConfiguration
    let renewals: SessionRenewals
    private let remotes: [ProviderID: RemoteProvider]
    private let counted = CounterFamily("sign_ins", labels: ["provider", "result"], help: "")

    var clock: ManualClock { access.clock }
    var place: TemporaryStore { access.place }

    init(_ change: (inout Setup) -> Void = { _ in }) throws {
        var setup = Setup()
        change(&setup)
        let access = try AccessWorld(adding: [DeniedSignInStore.schema])
        let providers = try [AccessWorld.idp, AccessWorld.other].map { id in
            DemoProvider(
                issuer: FlowWorld.issuer(id).text,
                clients: [
                    DemoClient(
                        id: "gatehouse", secret: nil,
                        redirectURIs: [RedirectURI(of: id, at: FlowWorld.site.origin).text],
                        postLogoutRedirectURIs: [FlowWorld.site.origin + SignInPaths.signedOut.text])
                ], people: FlowWorld.people, key: try SigningKey.generate(.p256), keyID: "k")
        }
        let (outbound, clocks) = (ScriptedProvider(providers, access.clock), access.clock.clocks)
        remotes = Dictionary(
            uniqueKeysWithValues: [AccessWorld.idp, AccessWorld.other].map { id in
                let address = ProviderAddress(
                    issuer: FlowWorld.issuer(id), signsIn: true, hasFixedKeys: false, policy: OutboundPolicy(hosts: []))
                return (
                    id,
                    RemoteProvider(
                        id: id, address: address, http: outbound, keySetVersion: KeySetVersion(), clocks: clocks,
                        report: { _ in })
                )
            })
        let box = try AccessWorld.box(7)
        (self.access, self.outbound, provider) = (access, outbound, providers[0])
        recorded = try RecordedLog()
        sessions = SessionStore(
            database: access.place.database, sealingWith: setup.hasKey ? box : nil, now: { access.clock.now })
        denied = DeniedSignInStore(database: access.place.database)
        configuration = FlowWorld.configuration(
            setup, remotes, by: outbound, box: setup.hasKey ? box : nil, at: access.clock)
        renewals = SessionRenewals(
            sessions, snapshots: access.access.snapshots, log: recorded.log, clocks: clocks)
    }

    private static func issuer(_ id: ProviderID) -> Issuer {
        id == AccessWorld.idp ? TokenMint.issuer : AccessWorld.otherIssuer
    }

    /// Adds a rule to Acme's, as a manager does.
    func addRule(for claimName: String) async throws {
        let draft = MappingDraft(claimName: claimName, match: .exists, claimValue: "", role: .viewer)
        let manager = try await access.manager("rita")
        _ = try await access.change(.add(draft, at: nil), by: manager.acting(.writeMappings)).get()
    }

    /// Returns another reading of the configuration, for the same providers.
    func reading(_ change: (inout Setup) -> Void) -> SignInConfiguration {
        var setup = Setup()
        change(&setup)
        return FlowWorld.configuration(setup, remotes, by: outbound, box: configuration.box, at: clock)
    }

    private static func configuration(
        _ setup: Setup, _ remotes: [ProviderID: RemoteProvider], by outbound: ScriptedProvider, box: SealedBox?,
        at clock: ManualClock
    ) -> SignInConfiguration {
        let parties = setup.providers.compactMap { id in
            remotes[id].map { remote in
                let registration = ClientRegistration(
                    provider: TrustedProvider(id: id, issuer: setup.issuers[id] ?? issuer(id), keys: nil),
                    clientID: "gatehouse", authentication: .none,
                    scopes: ["openid", "profile", "email", "groups"] + (setup.isRenewable ? ["offline_access"] : []),
                    redirectURI: RedirectURI(of: id, at: site.origin).text,
                    postLogoutRedirectURI: site.origin + SignInPaths.signedOut.text)
                return RelyingParty(
                    registration, remote: remote, http: outbound, claimsLifetime: lifetimes.claims,
                    now: { clock.now })
            }
        }
        return SignInConfiguration(
            remotes: remotes, parties: parties, listed: setup.listed, names: [AccessWorld.idp: "Acme's provider"],
            issuers: Dictionary(uniqueKeysWithValues: parties.map { ($0.id, $0.client.provider.issuer) }),
            box: box, checkpointKeys: nil, lifetimes: lifetimes, emailDomains: setup.domains)
    }

    /// Returns the steps for one request.
    ///
    /// - Parameter configuration: the configuration in force when the request began.
    func flow(_ request: Request, under configuration: SignInConfiguration? = nil) -> SignInFlow {
        let clock = clock
        return SignInFlow(
            site: FlowWorld.site, signIn: configuration ?? self.configuration,
            settings: access.access.settings.read().value,
            service: SignInServices(
                database: place.database, sessions: sessions, denied: denied, access: access.access, count: counted,
                log: recorded.log, now: { clock.now }),
            request: request, requestID: "request-1", address: "192.0.2.1")
    }

    /// The number of sign-ins at a provider with this result.
    func count(_ result: String, at provider: String = "idp") -> UInt64 {
        counted.counter([provider, result]).value
    }

    /// The events of the audit log: action, outcome, reason and organization. The oldest are first; of one moment, those
    /// of organizations come before the gateway's own.
    func events() async throws -> [String] {
        try await place.blobs(
            "SELECT event FROM audit_event ORDER BY at, chain = '', chain, sequence"
        ).map { content in
            let event = try AuditedEvent(content)
            return "\(event.action) \(event.outcome) \(event.reason ?? "-") \(event.organization ?? "-")"
        }
    }
}
