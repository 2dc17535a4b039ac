internal import Audit
internal import ClaimMapping
internal import Cryptography
package import Databases
package import Grants
internal import Identities
internal import JSON
internal import Policy
package import Sessions
package import Telemetry
internal import Text
package import Time
internal import Tokens

/// The stores that sign-ins read and write, and the instruments that record them; shared by all reactors.
package struct SignInServices: Sendable {
    let database: Database
    let sessions: SessionStore
    let denied: DeniedSignInStore
    let access: AccessStore
    /// The sign-ins, by provider and result.
    let count: CounterFamily
    let log: Log
    let now: @Sendable () -> Timestamp

    package init(
        database: Database, sessions: SessionStore, denied: DeniedSignInStore, access: AccessStore,
        count: CounterFamily, log: Log, now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.sessions = sessions
        self.denied = denied
        self.access = access
        self.count = count
        self.log = log
        self.now = now
    }

    /// Records an event that changed nothing in the store.
    func record(_ record: AuditRecord) async {
        let moment = now()
        do throws(DatabaseError) {
            try await database.write { transaction throws(DatabaseError) in
                try AuditLog.append(record, at: moment, transaction)
            }
        } catch {
            log.write(.error, "an audit event could not be stored", fields: [("cause", "\(error)")])
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
                SignInServices.denial(of: claims, in: organization, under: state, at: now)
            }
            if let denied { try await self.denied.record(denied, in: organization) }
        } catch {
            log.write(.warning, "a denied sign-in could not be stored", fields: [("cause", "\(error)")])
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
            claims: SignInServices.claims(root, for: rules), rows: SignInServices.rows(explanation))
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
