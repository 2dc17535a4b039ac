public import Databases
public import Grants
public import Identities
internal import Synchronization
public import Time
public import Tokens

/// The session or token of a user, which the test ends or renews.
public final class ScriptedCredential: ActorCredential {
    /// Runs inside the transaction that checks the credential.
    public typealias Check = @Sendable (Transaction) throws(DatabaseError) -> Void

    private struct State {
        var claims: VerifiedClaims
        var isEnded = false
        var checks = 0
        var next: Check?
    }

    private let state: Mutex<State>

    public init(_ claims: VerifiedClaims) {
        state = Mutex(State(claims: claims))
    }

    public var currentClaims: VerifiedClaims { state.withLock { $0.claims } }
    public var identity: Identity { currentClaims.identity }
    public var id: IdentityID { get throws { try IdentityID(identity) } }

    /// The number of transactions that checked the credential.
    public var checks: Int { state.withLock { $0.checks } }

    public func end() { state.withLock { $0.isEnded = true } }
    public func renew(with claims: VerifiedClaims) { state.withLock { $0.claims = claims } }

    /// Sets what happens in the store between the beginning of the next transaction and its check.
    public func meanwhile(_ check: @escaping Check) { state.withLock { $0.next = check } }

    public func isValid(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let check = state.withLock { state in
            state.checks += 1
            defer { state.next = nil }
            return state.next
        }
        try check?(transaction)
        return state.withLock { !$0.isEnded }
    }

    /// Returns the user as the actor of a change.
    public func acting(_ permission: Permission = .writeMembers, isConfirmed: Bool = false) -> AccessActor {
        AccessActor(self, permission: permission, isConfirmed: isConfirmed)
    }
}
