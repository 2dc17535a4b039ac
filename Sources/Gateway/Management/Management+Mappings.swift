internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Snapshots
internal import Text
internal import Tokens

/// An organization's rows at one moment, and the tag of that moment. Making one costs as much as there are rows.
struct MappingTable: Sendable {
    /// Those of the file, which nobody changes here.
    let file: [Mapping]
    /// Those that managers added, ranked among themselves.
    let stored: [Mapping]
    /// All rows, with their ranks from 1.
    let all: [Mapping]
    private let places: [ExactText: Int]

    init(file: [Mapping], stored: [Mapping]) {
        self.file = file
        self.stored = stored
        let all = (file + stored).enumerated().map { index, row in row.ranked(index + 1) }
        self.all = all
        places = Dictionary(all.indices.map { (ExactText(all[$0].id), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Names this state of all rows: their order decides, so a change of one is a change of all.
    var tag: String {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginArray()
        for row in all { for text in row.parts { writer.string(text) } }
        writer.endArray()
        // Without a digest nothing is current, and nothing is changed.
        return (try? Digest.sha256(writer.bytes)).map { Base64URL.encode(Array($0.prefix(12))) } ?? ""
    }

    /// By the rows' ids.
    var ranks: [ExactText: Int] { places.mapValues { $0 + 1 } }

    func row(_ id: String) -> Mapping? { places[ExactText(id)].map { all[$0] } }
    func isOfFile(_ id: String) -> Bool { places[ExactText(id)].map { $0 < file.count } ?? false }

    /// The place among the rows of managers that a rank is; `nil` where the file's rows are.
    func place(ofRank rank: Int) -> Int? { rank > file.count ? rank - file.count - 1 : nil }
}

/// What a change of rows would come to.
struct MappingPreview: Sendable {
    /// Somebody who was seen, and what becomes of their role.
    struct Person: Sendable {
        let seen: PersonSeen
        let before: Role?
        let after: Role?
    }

    let table: MappingTable
    /// Those for whom something changes.
    let people: [Person]
    let unchanged: Int
    /// Of whoever asks.
    let own: (before: Role?, after: Role?)
    /// Rows that decide for no person any more, and did before.
    let shadowed: [Mapping]
    let wouldLockOut: Bool
}

extension Management {
    func mappings() async throws(Problem) -> MappingTable {
        let file = (today.organization(id.text) ?? organization).rules.mappings
        let (access, id) = (access, id)
        return try await offReactor {
            MappingTable(file: file, stored: access.snapshots.read().value.mappings(of: id).mappings)
        }
    }

    /// The ranks of all rows, by their ids.
    func ranks() async throws(Problem) -> [ExactText: Int] {
        try await mappings().ranks
    }

    /// - Parameters:
    ///   - file: the file's rows that the change was made for; with others it is refused.
    ///   - isCurrent: whether the rows with this tag are those that one has seen.
    ///   - isConfirmed: whether one's own role may go.
    func change(
        _ change: MappingChange, of file: [Mapping], ifCurrent isCurrent: @escaping @Sendable (String) -> Bool,
        isConfirmed: Bool
    ) async throws(Problem) -> (row: Mapping, table: MappingTable) {
        let (deployments, id) = (deployments, id)
        let conditions = AccessStore.MappingConditions(
            isCurrent: { stored in
                deployments.read().value.organization(id.text)?.rules.mappings == file
                    && isCurrent(MappingTable(file: file, stored: stored).tag)
            }, rules: peopleRules)
        let (row, all) = try await decided { () throws(DatabaseError) in
            try await access.changeMappings(
                change, in: id, by: acting(.writeMappings, isConfirmed: isConfirmed), where: conditions,
                recording: record(.claimMappingUpdate))
        }
        let table = try await offReactor { MappingTable(file: file, stored: all) }
        return (table.row(row.id) ?? row, table)
    }

    /// What a row is called that a preview's change would add.
    static func previewID(_ index: Int) -> String { "new:\(index + 1)" }

    /// What changes would come to for everybody who was seen; nothing is changed.
    func preview(_ changes: [MappingChange]) async throws(Problem) -> MappingPreview {
        let before = try await mappings()
        let prepared = try await offReactor { () -> Preparation? in
            var rows = before.stored
            for (index, change) in changes.enumerated() {
                guard let changed = change.applied(to: rows, newID: Management.previewID(index)) else { return nil }
                rows = changed
            }
            return Preparation(before: before, after: MappingTable(file: before.file, stored: rows), of: organization)
        }
        guard let prepared else { throw Problem(AccessRefusal.notFound) }
        let (people, unchanged) = try await judged(prepared)
        let (had, has) = try await stored { () throws(DatabaseError) in
            (
                try await self.access.futureManagers(of: id, under: prepared.before, by: peopleRules).isAny,
                try await self.access.futureManagers(of: id, under: prepared.after, by: peopleRules).isAny
            )
        }
        let (access, deployment, claims) = (access.snapshots.read().value, deployment, claims)
        let own = try await offReactor {
            (
                before: deployment.entitlement(of: claims, under: prepared.old, with: access).role,
                after: deployment.entitlement(of: claims, under: prepared.new, with: access).role
            )
        }
        return MappingPreview(
            table: prepared.table, people: people, unchanged: unchanged, own: own, shadowed: prepared.shadowed,
            wouldLockOut: had && !has)
    }

    /// What a preview needs for everyone who is judged.
    private struct Preparation: Sendable {
        let table: MappingTable
        let before: MappingRows
        let after: MappingRows
        let old: OrganizationRules
        let new: OrganizationRules
        /// Rows that decide for no person any more, and did before.
        let shadowed: [Mapping]

        init(before table: MappingTable, after: MappingTable, of organization: Deployment.Organization) {
            self.table = after
            (self.before, self.after) = (MappingRows(table.stored), MappingRows(after.stored))
            (old, new) = (organization.rules.adding(before), organization.rules.adding(self.after))
            let strategy = organization.rules.strategy
            let known = Set(ShadowedRows(of: table.all, under: strategy).rows.map(\.id))
            shadowed = ShadowedRows(of: after.all, under: strategy).rows.filter { !known.contains($0.id) }
        }
    }

    /// All people's claims are opened and judged twice: in batches, so that other reads run in between.
    private func judged(_ rules: Preparation) async throws(Problem) -> (
        changed: [MappingPreview.Person], unchanged: Int
    ) {
        var (changed, unchanged): ([MappingPreview.Person], Int) = ([], 0)
        let (id, deployment, access) = (id, deployment, access.snapshots.read().value)
        var after: IdentityID?
        while true {
            let last = after
            let batch = try await stored { () throws(DatabaseError) in
                try await service.database.read { transaction throws(DatabaseError) in
                    let people = try AccessStore.people(id, after: last, limit: 100, transaction)
                    let judged = people.compactMap { person -> MappingPreview.Person? in
                        guard let claims = deployment.claims(of: person) else { return nil }
                        return MappingPreview.Person(
                            seen: person,
                            before: deployment.entitlement(of: claims, under: rules.old, with: access).role,
                            after: deployment.entitlement(of: claims, under: rules.new, with: access).role)
                    }
                    return (judged: judged, last: people.last?.identity)
                }
            }
            changed += batch.judged.filter { $0.before != $0.after }
            unchanged += batch.judged.count { $0.before == $0.after }
            guard let next = batch.last else { break }
            after = next
        }
        return (changed.sorted { $0.seen.seenAt > $1.seen.seenAt }, unchanged)
    }
}
