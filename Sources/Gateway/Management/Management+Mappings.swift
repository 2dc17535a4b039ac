internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Snapshots
internal import Text
internal import Tokens

/// An organization's rules at one moment, and the tag of that moment. Making one costs time proportional to the rules.
struct MappingTable: Sendable {
    /// The file's rules, which cannot be changed here.
    let file: [Mapping]
    /// The managers' rules, in rank order.
    let stored: [Mapping]
    /// All rules, with their ranks from 1.
    let all: [Mapping]
    private let places: [ExactText: Int]

    init(file: [Mapping], stored: [Mapping]) {
        self.file = file
        self.stored = stored
        let all = (file + stored).enumerated().map { index, row in row.ranked(index + 1) }
        self.all = all
        places = Dictionary(all.indices.map { (ExactText(all[$0].id), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tag of this state of all rules: order decides, so a change of one rule is a change of all.
    var tag: String {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginArray()
        for row in all { for text in row.parts { writer.string(text) } }
        writer.endArray()
        // Without a digest no tag is current, and no change is made.
        return (try? Digest.sha256(writer.bytes)).map { Base64URL.encode(Array($0.prefix(12))) } ?? ""
    }

    /// The ranks from 1, by the rules' ids.
    var ranks: [ExactText: Int] { places.mapValues { $0 + 1 } }

    func row(_ id: String) -> Mapping? { places[ExactText(id)].map { all[$0] } }
    func isOfFile(_ id: String) -> Bool { places[ExactText(id)].map { $0 < file.count } ?? false }

    /// The index among the managers' rules for a rank; nil for ranks of the file's rules.
    func place(ofRank rank: Int) -> Int? { rank > file.count ? rank - file.count - 1 : nil }
}

/// The effects of a change of rules.
struct MappingPreview: Sendable {
    /// A user who was seen, with the role before and after the change.
    struct Person: Sendable {
        let seen: PersonSeen
        let before: Role?
        let after: Role?
    }

    let table: MappingTable
    /// The users whose role changes.
    let people: [Person]
    let unchanged: Int
    /// The acting manager's role before and after.
    let own: (before: Role?, after: Role?)
    /// The rules that would stop deciding for any user.
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

    /// The ranks of all rules, by their ids.
    func ranks() async throws(Problem) -> [ExactText: Int] {
        try await mappings().ranks
    }

    /// Changes the managers' rules.
    ///
    /// - Parameters:
    ///   - file: the file's rules that the change was made for; with others it is refused.
    ///   - isCurrent: returns true if a tag is that of the rules that the manager has seen.
    ///   - isConfirmed: true if the manager confirms the loss of their own role.
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

    /// The id in a preview of a rule that the change would add.
    static func previewID(_ index: Int) -> String { "new:\(index + 1)" }

    /// The effects of changes on all users who were seen; nothing is changed.
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

    /// The input for evaluating each user in a preview.
    private struct Preparation: Sendable {
        let table: MappingTable
        let before: MappingRows
        let after: MappingRows
        let old: OrganizationRules
        let new: OrganizationRules
        /// The rules that would stop deciding for any user.
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

    /// The claims of all users are opened and evaluated twice, in batches, so that other reads run in between.
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
