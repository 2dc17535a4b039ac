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
        let count: Int
        let source: Source
        let readAt: MonotonicTime
    }

    private static let lifetime: Duration = .seconds(2)

    private let access: AccessStore
    private let denied: DeniedSignInStore
    private let monotonic: @Sendable () -> MonotonicTime
    private let entries = Mutex<[OrganizationID: Entry]>([:])

    public init(
        _ access: AccessStore, _ denied: DeniedSignInStore, monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        (self.access, self.denied, self.monotonic) = (access, denied, monotonic)
    }

    /// The last known number of an organization; 0 if none is known.
    public func known(of organization: OrganizationID) -> Int {
        entries.withLock { $0[organization]?.count ?? 0 }
    }

    /// Returns the work that reads the number of an organization anew, or nil if the known one is recent. A failure is
    /// not reported, and not repeated before the number is out of date again.
    public func reading(of organization: OrganizationID) -> (@Sendable () async -> Void)? {
        let (source, now) = (source, monotonic())
        let isRecent = entries.withLock { entries in
            entries[organization].map { $0.source == source && !$0.readAt.isOver(OpenRequestCounts.lifetime, at: now) }
        }
        guard isRecent != true else { return nil }
        return { [self] in
            let count = (try? await read(organization)) ?? known(of: organization)
            entries.withLock { $0[organization] = Entry(count: count, source: source, readAt: now) }
        }
    }

    private var source: Source {
        Source(denied: denied.version, access: access.snapshots.version, settings: access.settings.version)
    }

    private func read(_ organization: OrganizationID) async throws(DatabaseError) -> Int {
        let (check, now) = (access.roleCheck(of: organization), access.now())
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
