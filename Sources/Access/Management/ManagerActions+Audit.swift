public import Audit
internal import Databases
internal import Grants
internal import Identities

extension ManagerActions {
    /// The number of events per read transaction: a filter that few events pass must not delay other reads. Reading as
    /// many takes about 10 ms.
    public static let auditSlice = 100_000

    /// Returns the events that match a query, newest first, and one more than its limit if there are as many.
    public func auditEvents(
        _ query: AuditLog.Query
    ) async throws(ManagementError) -> [(sequence: Int, json: [UInt8])] {
        let (database, organization) = (access.database, organization)
        var found: [(sequence: Int, json: [UInt8])] = []
        var before = query.before
        repeat {
            var slice = query
            slice.limit = query.limit + 1 - found.count
            let (asked, end) = (slice, before)
            let read = try await stored { () throws(DatabaseError) in
                try await database.read { transaction throws(DatabaseError) in
                    // The slice ends at an existing event, however far apart the numbers in the store are.
                    guard let last = try AuditLog.lastSequence(of: organization, before: end, transaction), last > 0
                    else { return (events: [(sequence: Int, json: [UInt8])](), start: 0) }
                    var slice = asked
                    slice.before = end
                    slice.after = max(0, last - ManagerActions.auditSlice)
                    return (events: try AuditLog.events(of: organization, slice, transaction), start: slice.after)
                }
            }
            found += read.events
            before = read.start + 1
        } while found.count <= query.limit && (before ?? 0) > 1
        return found
    }

    /// Returns the events directly after a sequence that match a query, newest first, at most its limit.
    public func auditEvents(
        _ query: AuditLog.Query, newerThan sequence: Int
    ) async throws(ManagementError) -> [(sequence: Int, json: [UInt8])] {
        let organization = organization
        return try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                try AuditLog.events(of: organization, query, after: sequence, limit: query.limit, transaction)
                    .reversed()
            }
        }
    }

    /// The most events of a filtered list that are counted.
    public static let mostCounted = 10_000

    /// Returns the events that match a query as ``auditEvents(_:)`` does, and the number of all that match. Without a
    /// filter all are counted; otherwise at most ``mostCounted`` of the newest ``auditSlice`` events.
    public func countedAuditEvents(
        _ query: AuditLog.Query
    ) async throws(ManagementError) -> (events: [(sequence: Int, json: [UInt8])], count: Int, isBounded: Bool) {
        let organization = organization
        let (first, start, last) = try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                let last = try AuditLog.lastSequence(of: organization, before: nil, transaction) ?? 0
                let end = try AuditLog.lastSequence(of: organization, before: query.before, transaction) ?? 0
                var asked = query
                (asked.limit, asked.after) = (query.limit + 1, max(0, end - ManagerActions.auditSlice))
                let first: (events: [(sequence: Int, json: [UInt8])], count: Int)
                if query.isUnfiltered {
                    // The events of a chain are numbered from 1 without a gap.
                    first = (try AuditLog.events(of: organization, asked, transaction), last)
                } else {
                    first = try AuditLog.events(
                        of: organization, asked, countingAfter: max(0, last - ManagerActions.auditSlice),
                        upTo: ManagerActions.mostCounted + 1, transaction)
                }
                return (first, asked.after, last)
            }
        }
        var events = first.events
        if events.count <= query.limit, start > 0 {
            var rest = query
            (rest.before, rest.limit) = (start + 1, query.limit - events.count)
            events += try await auditEvents(rest)
        }
        guard !query.isUnfiltered else { return (events, first.count, false) }
        // A search that reached the beginning of the log has counted already.
        if query.before == nil, events.count <= query.limit { return (events, events.count, false) }
        let isBounded = first.count > ManagerActions.mostCounted || last > ManagerActions.auditSlice
        return (events, min(first.count, ManagerActions.mostCounted), isBounded)
    }

    /// Records an export of the audit log, if the manager may still read the log.
    ///
    /// - Parameter details: the export's format and filters.
    public func recordAuditExport(details: [(name: String, value: String)]) async throws(ManagementError) {
        try await recordExport(.auditExport, by: .readAudit, details: details)
    }

    /// Returns the next events of an export, oldest first; at most 500. An export may take long: it ends with the
    /// manager's role or session.
    ///
    /// - Parameter sequence: the number of the last event of the previous batch; 0 at the beginning.
    public func auditEvents(
        _ query: AuditLog.Query, after sequence: Int
    ) async throws(ManagementError) -> [(sequence: Int, json: [UInt8])] {
        let (access, organization, reader) = (access, organization, acting(.readAudit))
        return try await decided { () throws(DatabaseError) in
            try await access.database.read {
                transaction throws(DatabaseError) -> Result<[(sequence: Int, json: [UInt8])], AccessRefusal> in
                if let refusal = try access.refusal(of: reader, in: organization, transaction) {
                    return .failure(refusal)
                }
                return .success(
                    try AuditLog.events(of: organization, query, after: sequence, limit: 500, transaction))
            }
        }
    }
}
