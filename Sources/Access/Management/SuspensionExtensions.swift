internal import Audit
internal import ClaimMapping
internal import Cryptography
public import Grants
public import Identities
public import Policy
internal import Synchronization
public import Time
public import Tokens

/// A verified address of a suspended user that is not suspended yet.
public struct SuspensionExtension: Sendable {
    public let organization: OrganizationID
    let id: IdentityID
    let email: EmailAddress

    fileprivate var key: [UInt8]? {
        // Addresses may be long, so their digest is stored.
        try? Digest.sha256(Array("\(organization.text) \(id.text) \(email.text)".utf8))
    }
}

/// Extends suspensions to new verified addresses: other users with the address are suspended too, since it belongs to
/// one person.
public final class SuspensionExtensions: Sendable {
    private let access: AccessStore
    private let monotonic: @Sendable () -> MonotonicTime
    /// The refused extensions, with the time: trying again at every request is useless.
    private let refused = Mutex<[[UInt8]: MonotonicTime]>([:])

    /// - Parameter monotonic: the clock that limits attempts.
    public init(_ access: AccessStore, monotonic: @escaping @Sendable () -> MonotonicTime) {
        self.access = access
        self.monotonic = monotonic
    }

    /// Returns the extension that a refused request makes necessary, or nil if there is none, or if it was refused less
    /// than a minute ago.
    ///
    /// - Parameters:
    ///   - entitlement: the access that the request was refused for.
    ///   - state: the state that decided the request.
    public func due(
        _ claims: VerifiedClaims, _ entitlement: Entitlement, under state: AccessState
    ) -> SuspensionExtension? {
        let organization = entitlement.organization
        guard entitlement.reason == .suspended, state.rules.lists(claims.provider, in: organization),
            let email = state.rules.verifiedEmail(of: claims),
            state.snapshot.lacksEmail(email, ofSuspended: claims.identity, in: organization),
            let id = try? IdentityID(claims.identity)
        else { return nil }
        let new = SuspensionExtension(organization: organization, id: id, email: email)
        // Without a digest it is tried.
        guard let key = new.key else { return new }
        let now = monotonic()
        let isDue = refused.withLock { $0[key]?.isOver(.seconds(60), at: now) ?? true }
        return isDue ? new : nil
    }

    /// Extends a suspension. Returns false if that would leave the organization without a manager; a failure of the
    /// store is tried again with the user's next request.
    ///
    /// - Parameters:
    ///   - requestID: the request that brought the address, for the audit log.
    ///   - address: the client's address, for the audit log.
    public func extend(_ new: SuspensionExtension, requestID: String, address: String) async -> Bool {
        let record = AuditRecord(
            .suspensionExtend, by: .system, in: new.organization, requestID: requestID, address: address)
        let result = try? await access.extendSuspension(
            of: new.id, to: new.email, in: new.organization, recording: record)
        guard case .failure(.wouldLockOut) = result else { return true }
        if let key = new.key {
            let now = monotonic()
            refused.withLock { refused in
                if refused.count >= 1000 { refused.removeAll() }
                refused[key] = now
            }
        }
        return false
    }
}
