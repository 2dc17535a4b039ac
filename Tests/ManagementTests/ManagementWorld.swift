import Audit
import ClaimMapping
import Cryptography
import Databases
import GatehouseTesting
import Grants
import Identities
import Invitations
import Policy
import Sessions
import Snapshots
import Testing
import Time
import Tokens

@testable import Management

/// The use cases of Acme's managers, with a store of sessions in the same database.
struct ManagementWorld: Sendable {
    let access: AccessWorld
    let sessions: SessionStore
    let denied: DeniedSignInStore
    let carla: ScriptedCredential

    init(_ settings: AccessSettings? = nil) async throws {
        access = try AccessWorld(settings, adding: [DeniedSignInStore.schema])
        let clock = access.clock
        sessions = SessionStore(
            database: access.place.database, sealingWith: try AccessWorld.box(7), now: { clock.now })
        denied = DeniedSignInStore(database: access.place.database)
        carla = try await access.manager()
    }

    /// Returns the use cases of a user who is permitted to begin the request.
    func actions(
        of user: ScriptedCredential? = nil, permittedBy permission: Permission = .writeMembers,
        inviting policy: InvitationPolicy? = nil
    ) throws -> ManagerActions {
        let user = user ?? carla
        let entitlement = access.access.state.entitlement(of: user.currentClaims, in: AccessWorld.acme)
        guard case .permit(let permit) = entitlement?.decide(permission) else { throw NotPermitted() }
        return ManagerActions(
            ManagerActions.Stores(
                access: access.access, invitations: access.invitations, sessions: sessions, denied: denied),
            by: ManagerActions.Manager(
                permit, credential: user, claims: user.currentClaims,
                actor: .identity(user.identity, email: access.access.state.rules.verifiedEmail(of: user.currentClaims)),
                requestID: "request", address: "192.0.2.1"),
            under: access.access.settings.read().value, inviting: policy ?? ManagementWorld.policy())
    }

    struct NotPermitted: Error {}

    static func policy(domains: [String] = [], perDay: Int = 50, sendsEmail: Bool = false) -> InvitationPolicy {
        InvitationPolicy(
            rules: InvitationRules(allowedDomains: domains), lifetime: .seconds(7 * 86400), perDay: perDay,
            sendsEmail: sendsEmail)
    }

    func change(
        _ change: MappingChange, by user: ScriptedCredential? = nil, isConfirmed: Bool = false
    ) async throws -> ManagementError? {
        let actions = try actions(of: user, permittedBy: .writeMappings)
        return await error {
            _ = try await actions.change(
                change, of: AccessWorld.fileRules, ifTag: nil, isConfirmed: isConfirmed)
        }
    }

    /// Records a denied sign-in of a user, whose name is also the request's id.
    @discardableResult
    func deny(
        _ subject: String, groups: [String] = [], name: String? = nil, email: String? = nil, isVerified: Bool = true
    ) async throws -> ScriptedCredential {
        let user = try await access.signedIn(subject, groups: groups, email: email, isVerified: isVerified)
        let sample = DeniedSignIn(
            id: subject, timestamp: access.clock.now, provider: AccessWorld.idp, identity: user.identity, name: name,
            email: email.map { EmailAddress($0) }, isEmailVerified: email != nil && isVerified, reason: .noMatch,
            claims: Array("{}".utf8), rows: Array("[]".utf8))
        try await denied.record(sample, in: AccessWorld.acme)
        return user
    }

    func begin(_ claims: VerifiedClaims) async throws -> Session {
        try await sessions.begin(
            NewSession(
                token: SessionToken.make(), claims: claims, refreshToken: nil, idToken: "x", address: "192.0.2.1",
                userAgent: "browser"), replacing: nil
        ).get()
    }
}

/// Returns the error of a use case, or nil if it succeeds.
func error(_ body: () async throws -> Void) async -> ManagementError? {
    do {
        try await body()
        return nil
    } catch let error as ManagementError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}

extension ManagementError? {
    /// The refusal; nil for success and for any other error.
    var refusal: AccessRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }

    var isSuccess: Bool { self == nil }

    var isDomainNotAllowed: Bool {
        if case .domainNotAllowed = self { true } else { false }
    }
}
