internal import Audit
internal import ClaimMapping
internal import Cryptography
package import Databases
package import Grants
internal import Identities
internal import Policy
package import Sessions
package import Telemetry
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

    /// The denied sign-in; nil if a mapping cannot help.
    private static func denial(
        of claims: VerifiedClaims, in organization: OrganizationID, under state: AccessState, at now: Timestamp
    ) -> DeniedSignIn? {
        guard let denial = state.denial(of: claims, in: organization), let id = try? RandomBytes.make(12) else {
            return nil
        }
        return DeniedSignIn(
            id: Base64URL.encode(id), timestamp: now, provider: claims.provider, identity: claims.identity,
            name: claims.payload.shownName, email: claims.payload.shownEmail,
            isEmailVerified: state.rules.verifiedEmail(of: claims) != nil, reason: denial.reason,
            claims: denial.claims, rows: denial.rows)
    }
}
