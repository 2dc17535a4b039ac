internal import Databases
public import Grants
public import Identities
internal import Policy
public import Sessions
internal import Snapshots
internal import Synchronization
public import Time

/// The numbers of open access requests, kept in memory, so that every page of an organization can show them. A number
/// that cannot be read leaves the last one known.
public final class OpenRequestCounts: Sendable {
    /// What a number was computed from. Another process may change the store too, so that a number also has an age.
    private struct Source: Equatable {
        let denied: UInt64
        let access: UInt64
        let settings: UInt64
    }

    private struct Entry {
        var count = 0
        /// Nil until the number was read.
        var read: (source: Source, at: MonotonicTime)?
        /// The number of readings that began.
        var begun: UInt64 = 0
    }

    private static let lifetime: Duration = .seconds(2)

    private let access: AccessStore
    private let denied: DeniedSignInStore
    private let monotonic: @Sendable () -> MonotonicTime
    private let entries = Mutex<[OrganizationID: Entry]>([:])
    /// Readings of one organization follow one another.
    private let turns = Turns<OrganizationID>()

    public init(
        _ access: AccessStore, _ denied: DeniedSignInStore, monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        (self.access, self.denied, self.monotonic) = (access, denied, monotonic)
    }

    /// The last known number of an organization; 0 if none is known.
    public func known(of organization: OrganizationID) -> Int {
        entries.withLock { $0[organization]?.count ?? 0 }
    }

    /// Returns the work that reads the number of an organization anew, or nil if the known one is recent. Concurrent
    /// callers share one reading, if it began after they asked. A failure is not reported, and not repeated before the
    /// number is out of date again.
    public func reading(of organization: OrganizationID) -> (@Sendable () async -> Void)? {
        guard !isRecent(organization) else { return nil }
        let begun = begun(organization)
        return { [self] in
            await turns.take(organization) {
                // A reading that began later than this call has ended by now, since readings follow one another.
                guard !isRecent(organization), self.begun(organization) == begun else { return }
                await read(organization)
            }
        }
    }

    /// The number of readings that began.
    func begun(_ organization: OrganizationID) -> UInt64 {
        entries.withLock { $0[organization]?.begun ?? 0 }
    }

    private func isRecent(_ organization: OrganizationID) -> Bool {
        let (source, now) = (source, monotonic())
        return entries.withLock { entries in
            guard let read = entries[organization]?.read else { return false }
            return read.source == source && !read.at.isOver(OpenRequestCounts.lifetime, at: now)
        }
    }

    private var source: Source {
        Source(denied: denied.version, access: access.snapshots.version, settings: access.settings.version)
    }

    private func read(_ organization: OrganizationID) async {
        let (source, now) = (source, monotonic())
        entries.withLock { $0[organization, default: Entry()].begun += 1 }
        let check = access.roleCheck(of: organization)
        let count = try? await count(organization, by: check)
        entries.withLock { entries in
            if let count { entries[organization, default: Entry()].count = count }
            entries[organization, default: Entry()].read = (source, now)
        }
        // The claims that had to be opened are not opened for the next number.
        access.keepEvaluationsLater(of: check)
    }

    private func count(_ organization: OrganizationID, by check: RoleCheck) async throws(DatabaseError) -> Int {
        let now = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            var count = 0
            try DeniedSignInStore.eachRequest(of: organization, at: now, transaction) {
                request throws(DatabaseError) in
                guard request.state == .open, try !check.isPositive(for: request.identity, transaction) else { return }
                count += 1
            }
            return count
        }
    }
}
