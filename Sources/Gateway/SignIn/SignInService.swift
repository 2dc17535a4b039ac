internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import Identities
internal import Invitations
internal import JSON
internal import Management
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Text
internal import Threads
internal import Time
internal import Tokens

/// The state that all reactors share for sign-ins: the stores, and work that must run only once at a time.
final class SignInService: Sendable {
    let sessions: SessionStore
    let denied: DeniedSignInStore
    let access: AccessStore
    let renewals: SessionRenewals
    let invitations: InvitationStore
    let outbox: Outbox
    let outboxSignal = OutboxSignal()
    let extensions: SuspensionExtensions
    let checkpoints: AuditCheckpoints
    let gatewayMetrics: GatewayMetrics
    let log: Log
    let now: @Sendable () -> Timestamp

    /// - Parameter deployment: the deployment in force; a later one is taken up by ``adopt(_:)``.
    init(
        database: Database, under deployment: Deployment, gatewayMetrics: GatewayMetrics, log: Log,
        clocks: Clocks = .system
    ) throws(DatabaseError) {
        let now = clocks.wall
        sessions = SessionStore(database: database, sealingWith: deployment.signIn.box, now: now)
        denied = DeniedSignInStore(database: database)
        access = try AccessStore(
            database: database, under: deployment.accessSettings, dependents: SentInvitations(), now: now)
        invitations = InvitationStore(access)
        outbox = Outbox(invitations)
        extensions = SuspensionExtensions(access, monotonic: clocks.monotonic)
        renewals = SessionRenewals(sessions, log: log, clocks: clocks)
        checkpoints = AuditCheckpoints(database: database, log: log, now: now)
        self.database = database
        self.gatewayMetrics = gatewayMetrics
        self.log = log
        self.now = now
    }

    /// Takes up the sealing keys and access rules of a new deployment; call it before the deployment is published.
    func adopt(_ deployment: Deployment) {
        sessions.seal(with: deployment.signIn.box)
        access.settings.publish(deployment.accessSettings)
    }

    /// The schemas of all tables that sign-ins need.
    static let schemas = [
        SessionStore.schema, DeniedSignInStore.schema, AuditLog.schema, AuditCheckpoint.schema, AccessStore.schema,
    ]

    let database: Database

    /// Adds a new verified address of a suspended user to the suspension.
    func extend(_ new: SuspensionExtension, _ origin: AuditOrigin) async {
        guard await !extensions.extend(new, requestID: origin.requestID, address: origin.address) else { return }
        log.write(
            .warning, "a suspended person has the address of the last who manages the organization",
            requestID: origin.requestID, fields: [("organization", new.organization.text)])
    }

    /// Records an event that changed nothing in the store.
    func record(_ record: AuditRecord) async {
        let moment = now()
        do throws(DatabaseError) {
            try await database.write { transaction throws(DatabaseError) in
                try AuditLog.append(record, at: moment, transaction)
            }
        } catch {
            log.write(.error, "an audit event could not be kept", fields: [("cause", "\(error)")])
        }
    }

    /// Stores a sign-in that gave no role, for managers who can correct the mapping. Sign-ins through providers that
    /// the organization does not accept are not recorded for it.
    ///
    /// - Parameter state: the state that decided the sign-in.
    func recordDenial(
        of claims: VerifiedClaims, in organization: OrganizationID, under state: AccessState
    ) async {
        do {
            let now = now()
            // Every rule is evaluated: too long for a reactor.
            let denied = try await database.compute {
                SignInService.denial(of: claims, in: organization, under: state, at: now)
            }
            if let denied { try await self.denied.record(denied, in: organization) }
        } catch {
            log.write(.warning, "a denied sign-in could not be kept", fields: [("cause", "\(error)")])
        }
    }

    /// The denied sign-in; nil if a mapping cannot help: the user has a role or is suspended, or the provider is not
    /// accepted.
    private static func denial(
        of claims: VerifiedClaims, in organization: OrganizationID, under state: AccessState, at now: Timestamp
    ) -> DeniedSignIn? {
        // A grant is a role too, and a suspension cannot be corrected by a mapping.
        guard let rules = state.rules(of: organization),
            let entitlement = state.entitlement(of: claims, in: organization), entitlement.role == nil,
            entitlement.reason != .suspended
        else { return nil }
        let explanation = rules.explain(
            claims.known, from: claims.provider, emailTrust: state.rules.emailTrust(of: claims.provider))
        guard explanation.evaluation.role == nil, explanation.evaluation.reason != .providerNotAccepted else {
            return nil
        }
        let root = claims.payload
        guard let id = try? RandomBytes.make(12) else { return nil }
        return DeniedSignIn(
            id: Base64URL.encode(id), timestamp: now, provider: claims.provider,
            identity: claims.identity,
            email: root.shownEmail, reason: explanation.evaluation.reason.rawValue,
            claims: SignInService.claims(root, for: rules), rows: SignInService.rows(explanation))
    }

    /// All claim names, and the values of the claims that rules read: enough to correct a mapping, and no more.
    private static func claims(_ root: JSONValue, for rules: OrganizationRules) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.name("names")
        writer.beginArray()
        for member in root.members { writer.string(member.name) }
        writer.endArray()
        writer.name("values")
        writer.beginObject()
        var written: Set<ExactText> = []
        for mapping in rules.mappings where written.insert(ExactText(mapping.claimName)).inserted {
            let values = mapping.values(in: root)
            let bytes = values.reduce(0) { $0 + $1.range.count }
            // Several JSON Pointers may lead to one large value.
            guard !values.isEmpty, writer.bytes.count + bytes <= 32 << 10 else { continue }
            writer.name(mapping.claimName)
            guard mapping.looksAtElements else {
                writer.value(values[0])
                continue
            }
            writer.beginArray()
            for value in values { writer.value(value) }
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func rows(_ explanation: Explanation) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        explanation.writeRows(to: &writer)
        return writer.bytes
    }
}
