public import Audit
public import ClaimMapping
public import Cryptography
public import Databases
public import Grants
public import Identities
public import Invitations
internal import JSON
internal import Management
public import Policy
internal import Sessions
internal import Snapshots
internal import Synchronization
internal import Time
public import Tokens

/// An access store with rules that are built from values, a manual clock, and users with scripted credentials.
///
/// Acme lists the provider `idp`: the group `managers` earns its manager role, `viewers` its viewer role. Globex lists
/// `idp` and `other`; the group `globex-managers` earns its manager role.
public final class AccessWorld: Sendable {
    public static let acme = OrganizationID("acme")!
    public static let globex = OrganizationID("globex")!
    public static let idp = ProviderID.idp
    public static let other = ProviderID.named("other")
    public static let otherIssuer: Issuer = "https://other.example"
    public static let schemas = [AccessStore.schema, AuditLog.schema, SessionStore.schema]

    public let clock: ManualClock
    public let place: TemporaryStore
    public let access: AccessStore
    public let invitations: InvitationStore
    private let mint: TokenMint
    private let readings: Readings

    /// Counts the readings of the store's clock, the last of which precedes the transaction of a change.
    private final class Readings: Sendable {
        /// The action runs at one reading, or at every one if `at` is nil.
        let state = Mutex((count: 0, action: (at: Int?, run: @Sendable () -> Void)?.none))

        func note() {
            let action = state.withLock { state -> (at: Int?, run: @Sendable () -> Void)? in
                state.count += 1
                guard let action = state.action else { return nil }
                return action.at.map { $0 == state.count } ?? true ? action : nil
            }
            action?.run()
        }
    }

    /// Opens the store in another process, which has its own database.
    public func openAgain(_ database: Database) throws(DatabaseError) -> AccessStore {
        try AccessStore(
            database: database, under: access.settings.read().value, dependents: EndedAccess(), now: access.now)
    }

    /// - Parameter schemas: the schemas of further stores in the same database.
    public init(_ settings: AccessSettings? = nil, adding schemas: [Schema] = []) throws {
        let clock = ManualClock()
        self.clock = clock
        place = try TemporaryStore(AccessWorld.schemas + schemas)
        mint = try TokenMint()
        let readings = Readings()
        self.readings = readings
        access = try AccessStore(
            database: place.database, under: settings ?? AccessWorld.settings(), dependents: EndedAccess(),
            now: {
                readings.note()
                return clock.now
            })
        invitations = InvitationStore(access)
    }

    /// Returns a store as another process opens it.
    public static func store(
        in database: Database, under settings: AccessSettings? = nil, at clock: ManualClock
    ) throws -> AccessStore {
        try AccessStore(
            database: database, under: settings ?? AccessWorld.settings(), dependents: EndedAccess(),
            now: { clock.now })
    }

    // MARK: Rules

    public static func rule(
        _ value: String, _ role: Role, id: String, claim: String = "groups", match: Match = .equals
    ) -> Mapping {
        Mapping(id: id, rank: 1, claimName: claim, match: match, claimValue: value, role: role)
    }

    public static let fileRules = [
        rule("managers", .manager, id: "file:1"), rule("viewers", .viewer, id: "file:2"),
    ]

    public static func box(_ keys: UInt8...) throws -> SealedBox {
        try SealedBox(keys: keys.map { Array(repeating: $0, count: 32) })
    }

    /// - Parameters:
    ///   - rules: the rules of Acme in the configuration file.
    ///   - providers: the providers that Acme lists; nil removes Acme.
    ///   - domains: the domains whose addresses count as verified without `email_verified`.
    ///   - key: the sealing key; nil for none.
    public static func settings(
        _ rules: [Mapping] = fileRules, listing providers: [ProviderID]? = [idp],
        strategy: ClaimStrategy = .firstMatch, trusting domains: [String] = [], key: UInt8? = 7,
        isSignInPossible: Bool = true
    ) throws -> AccessSettings {
        let own = providers.map {
            OrganizationRules(id: acme, providers: $0, strategy: strategy, mappings: rules)
        }
        let others = OrganizationRules(
            id: globex, providers: [idp, other], strategy: .firstMatch,
            mappings: [rule("globex-managers", .manager, id: "file:1")])
        return AccessSettings(
            organizations: [own, others].compactMap { $0 },
            providers: [
                AccessRules.Provider(
                    id: idp, issuer: TokenMint.issuer, emailTrust: EmailTrust(domains: domains),
                    isSignInPossible: isSignInPossible),
                AccessRules.Provider(
                    id: other, issuer: otherIssuer, emailTrust: EmailTrust(), isSignInPossible: true),
            ], box: try key.map { try box($0) })
    }

    // MARK: Users

    public static func identity(_ subject: String, issuer: Issuer = TokenMint.issuer) -> Identity {
        Identity(issuer: issuer, subject: Subject(subject))
    }

    /// Returns the verified claims of a user.
    ///
    /// - Parameters:
    ///   - isVerified: the value of `email_verified`.
    ///   - isElsewhere: whether the user is the provider `other`'s.
    ///   - more: further claims: names and JSON texts.
    public func claims(
        _ subject: String, groups: [String] = [], email: String? = nil, isVerified: Bool = true,
        isElsewhere: Bool = false, more: [String: String] = [:]
    ) throws -> VerifiedClaims {
        var changes: [String: String?] = ["sub": AccessWorld.json(subject)]
        changes["groups"] = "[\(groups.map(AccessWorld.json).joined(separator: ","))]"
        if let email { changes["email"] = AccessWorld.json(email) }
        if email != nil { changes["email_verified"] = isVerified ? "true" : "false" }
        if isElsewhere { changes["iss"] = AccessWorld.json(AccessWorld.otherIssuer.text) }
        for (name, value) in more { changes[name] = value }
        return try mint.verified(changes, by: isElsewhere ? "other" : "idp")
    }

    private static func json(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Returns a user who has not signed in to any organization.
    public func user(
        _ subject: String, groups: [String] = [], email: String? = nil, isVerified: Bool = true,
        isElsewhere: Bool = false, more: [String: String] = [:]
    ) throws -> ScriptedCredential {
        ScriptedCredential(
            try claims(
                subject, groups: groups, email: email, isVerified: isVerified, isElsewhere: isElsewhere, more: more))
    }

    /// Returns a user who has just signed in to Acme.
    public func signedIn(
        _ subject: String, groups: [String] = [], email: String? = nil, isVerified: Bool = true,
        isElsewhere: Bool = false, more: [String: String] = [:]
    ) async throws -> ScriptedCredential {
        let user = try user(
            subject, groups: groups, email: email, isVerified: isVerified, isElsewhere: isElsewhere, more: more)
        try await AccessWorld.signIn(user.currentClaims, to: access)
        return user
    }

    /// Returns a user whom Acme's file makes a manager, and who has just signed in.
    public func manager(_ subject: String = "carla") async throws -> ScriptedCredential {
        try await signedIn(subject, groups: ["managers"], email: "\(subject)@acme.example")
    }

    /// Stores a sign-in.
    public static func signIn(
        _ claims: VerifiedClaims, to store: AccessStore, in organization: OrganizationID = acme
    ) async throws {
        let email = claims.payload.shownEmail
        guard let sealed = SealedSignIn(claims, email: email, under: store.settings.read().value),
            let signIn = sealed.record(for: organization, under: store.state, at: store.now())
        else { throw TokenMint.ProviderIDError(text: claims.identity.subject.text) }
        try await store.database.write { transaction throws(DatabaseError) in
            try AccessStore.note(signIn, transaction)
        }
    }

    // MARK: Changes

    public static func record(_ action: AuditAction, in organization: OrganizationID = acme) -> AuditRecord {
        AuditRecord(action, by: .operator, in: organization)
    }

    @discardableResult
    public func grant(
        _ role: Role, to identity: Identity, in organization: OrganizationID = acme
    ) async throws -> Grant {
        try await access.createGrant(
            role, to: identity, in: organization, recording: AccessWorld.record(.grantCreate, in: organization)
        ).grant
    }

    public func suspend(
        _ id: IdentityID, by actor: AccessActor
    ) async throws(DatabaseError) -> Result<Suspension, AccessRefusal> {
        try await access.suspend(
            id, in: AccessWorld.acme, by: actor, recording: AccessWorld.record(.suspensionCreate))
    }

    public func change(
        _ change: MappingChange, by actor: AccessActor, ifTag tag: String? = nil, of file: [Mapping] = fileRules
    ) async throws(DatabaseError) -> Result<(row: Mapping, all: [Mapping]), AccessRefusal> {
        try await access.changeMappings(
            change, in: AccessWorld.acme, by: actor, expecting: AccessStore.ExpectedRules(file: file, tag: tag),
            recording: AccessWorld.record(.claimMappingUpdate))
    }

    /// Returns how often a change reads the store's clock.
    public func readings(of change: () async throws -> Void) async throws -> Int {
        let before = readings.state.withLock { $0.count }
        try await change()
        return readings.state.withLock { $0.count } - before
    }

    /// Sets what happens when the store's clock is read for the last time before the transaction of a change.
    ///
    /// - Parameter count: the number of times that an equal change reads the clock: see ``readings(of:)``.
    public func meanwhile(atReading count: Int, _ action: @escaping @Sendable () -> Void) {
        readings.state.withLock { $0.action = (at: $0.count + count, run: action) }
    }

    /// Lets a user sign in again at every reading of the store's clock. No change then finds the sign-ins that it was
    /// prepared for.
    public func signInAgain(atEveryReading user: ScriptedCredential) {
        let (claims, email) = (user.currentClaims, user.currentClaims.payload.shownEmail)
        let (settings, state, moment) = (access.settings.read().value, access.state, clock.now)
        let database = place.database
        readings.state.withLock { readings in
            readings.action = (
                at: nil,
                run: {
                    // Claims are sealed differently each time, so that each sign-in is another one.
                    guard
                        let sealed = SealedSignIn(claims, email: email, under: settings),
                        let signIn = sealed.record(for: AccessWorld.acme, under: state, at: moment)
                    else { return }
                    try? database.writeBlocking { transaction throws(DatabaseError) in
                        try AccessStore.note(signIn, transaction)
                    }
                }
            )
        }
    }

    /// Puts other settings in force, as a reload of the configuration does.
    public func reload(_ settings: AccessSettings) { access.settings.publish(settings) }

    /// Returns Acme's audit events, oldest first.
    public func events() async throws -> [AuditedEvent] {
        let events = try await place.database.read { transaction throws(DatabaseError) in
            try AuditLog.events(of: AccessWorld.acme, AuditLog.Query(), after: 0, limit: 1000, transaction)
        }
        return try events.map { try AuditedEvent($0.json) }
    }
}
