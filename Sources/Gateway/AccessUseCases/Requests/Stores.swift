package import Databases
package import Grants
package import Invitations
package import Sessions
package import Time

/// The stores that all reactors share, and the clock that dates their rows.
package struct Stores: Sendable {
    package let database: Database
    package let sessions: SessionStore
    package let denied: DeniedSignInStore
    package let access: AccessStore
    package let invitations: InvitationStore
    package let now: @Sendable () -> Timestamp

    package init(
        database: Database, sessions: SessionStore, denied: DeniedSignInStore, access: AccessStore,
        invitations: InvitationStore, now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.sessions = sessions
        self.denied = denied
        self.access = access
        self.invitations = invitations
        self.now = now
    }
}
