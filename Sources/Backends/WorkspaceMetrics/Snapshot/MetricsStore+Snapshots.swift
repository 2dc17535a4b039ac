public import Databases
internal import Identities
internal import InventoryStore
internal import MetricsSnapshots
internal import Text
internal import Threads
internal import Time

/// Snapshots in memory: loaded at the first request, kept up with the commits, and given up when memory is short.
extension MetricsStore {
    /// Returns an organization's snapshot at its last committed version; nil if it is not in memory.
    func loaded(_ organization: OrganizationID) -> MetricsSnapshot? {
        guard let holder = memory.existing(organization), let snapshot = holder.snapshot else { return nil }
        holder.use()
        return snapshot
    }

    /// Returns an organization's snapshot, and reads it from the store if it is not in memory. Requests that come during
    /// the read share it.
    func load(_ organization: OrganizationID) async throws(DatabaseError) -> MetricsSnapshot {
        let holder = memory.holder(of: organization)
        holder.use()
        return try await withCheckedContinuation { continuation in
            let isFirst = holder.wait { continuation.resume(returning: $0) }
            // The read goes on if the request that began it is gone.
            if isFirst { loadInBackground(holder) }
        }.get()
    }

    /// Blocking variant of ``load(_:)``, for commands and threads that may wait.
    func loadBlocking(_ organization: OrganizationID) throws(DatabaseError) -> MetricsSnapshot {
        try BackgroundExecutor.wait { [self] () async throws(DatabaseError) in try await load(organization) }
    }

    /// Returns a snapshot as one request reads it, under the definitions in force.
    func reading(
        of organization: OrganizationID, _ snapshot: MetricsSnapshot, _ license: License
    ) -> MetricsReading {
        MetricsReading(organization, snapshot, license, by: settings[organization].definitions, today: today)
    }

    private func loadInBackground(_ holder: SnapshotHolder) {
        Task.inBackground { [self] in await perform(holder) }
    }

    /// Performs a load that a holder asked for.
    private func perform(_ holder: SnapshotHolder) async {
        let now = now
        var result: Result<MetricsSnapshot, DatabaseError>
        repeat {
            do throws(DatabaseError) {
                result = .success(
                    try await database.read { transaction throws(DatabaseError) in
                        try MetricsSnapshot.load(
                            holder.organization, today: CalendarDay(now()), transaction)
                    })
            } catch {
                result = .failure(error)
            }
        } while holder.finish(result)
        memory.trim(to: settings.memory)
    }

    // MARK: Changes

    /// Publishes a change. Runs on the writer's thread, in the order of the commits.
    func publish(_ change: CommittedChange, for organization: OrganizationID) {
        guard let holder = memory.existing(organization) else { return }
        if holder.publish(change) { loadInBackground(holder) }
    }

    /// Publishes an import. Runs on the writer's thread, in the order of the commits.
    ///
    /// - Parameters:
    ///   - snapshot: nil if it was not prepared, because the organization was not in memory.
    ///   - version: the version of the import.
    func publish(_ snapshot: MetricsSnapshot?, version: Int, for organization: OrganizationID) {
        guard let holder = memory.existing(organization) else { return }
        if holder.publish(snapshot, version: version) { loadInBackground(holder) }
        memory.trim(to: settings.memory)
    }

    /// Reads the content of a snapshot that an import is about to publish; nil if the organization is not in memory.
    func prepare(_ organization: OrganizationID, _ rows: InventoryRows) throws(DatabaseError) -> SnapshotContent? {
        guard let holder = memory.existing(organization), holder.isHeld else { return nil }
        return try SnapshotContent.load(
            organization, rows, baseDay: CalendarDay(now()) - SnapshotContent.days)
    }

    /// Applies what other processes have committed to the snapshots in memory. If it is not known which workspaces were
    /// changed, the organization's snapshot is loaded in the background, and requests wait for it. For
    /// ``Databases/Database/follow(every:_:)``.
    public func takeUp(_ changes: StoreChanges) throws(DatabaseError) {
        let changed = InventoryNotices.read(changes.keys(of: InventoryNotices.topic))
        let held = memory.held.filter { changed == nil || changed?[$0.organization] != nil }
        guard !held.isEmpty else { return }
        let found = try database.readBlocking { [database] transaction throws(DatabaseError) in
            // The rows may be newer than the changes that were passed on, and need the notices of their own version.
            let unseen = try database.unseenKeys(of: InventoryNotices.topic, transaction)
            let notices = changed == nil ? nil : InventoryNotices.read(unseen)
            var found: [(SnapshotHolder, CommittedChange)] = []
            for holder in held {
                let notices = notices?[holder.organization] ?? .unknown
                found.append((holder, try CommittedChange.read(holder.organization, notices, transaction)))
            }
            return found
        }
        for (holder, change) in found {
            let isDue = changed == nil ? holder.reset(to: change.state) : holder.publish(change)
            if isDue { loadInBackground(holder) }
        }
        memory.trim(to: settings.memory)
    }

    // MARK: Time

    /// Counts changes in memory from 30 days before the current day, if a day has begun, and gives up unused snapshots
    /// if memory is short. Costs little if neither is the case, and only the workspaces that changed 30 days ago if a day
    /// has begun. Called every few seconds.
    public func rollDay() async throws(DatabaseError) {
        let day = CalendarDay(now()) - SnapshotContent.days
        for holder in memory.held {
            guard let former = holder.snapshot?.baseDay, former != day else { continue }
            guard former < day else {
                // A clock that jumped back by a day or less is about to catch up.
                if former - day > 1 { holder.giveUp() }
                continue
            }
            let figures = try await database.read { transaction throws(DatabaseError) in
                try EarlierFigures.load(holder.organization, after: former, through: day, transaction)
            }
            try await database.compute {
                holder.change { $0.baseDay == former ? $0.rolled(to: day, figures) : nil }
            }
        }
        memory.trim(to: settings.memory)
    }
}
