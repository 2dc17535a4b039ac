internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Snapshots
internal import Tokens

/// An organization's rows at one moment, and the tag of that moment.
struct MappingTable: Sendable {
    /// Those of the file, which nobody changes here.
    let file: [Mapping]
    /// Those that managers added, ranked among themselves.
    let stored: [Mapping]

    /// Names this state of all rows: their order decides, so a change of one is a change of all.
    var tag: String {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginArray()
        for row in all {
            for text in [
                row.id, row.claimName, row.match.rawValue, row.claimValue, row.splitText ?? "", row.role.rawValue,
            ] { writer.string(text) }
        }
        writer.endArray()
        // Without a digest nothing is current, and nothing is changed.
        return (try? Digest.sha256(writer.bytes)).map { Base64URL.encode(Array($0.prefix(12))) } ?? ""
    }

    /// All rows, with their ranks from 1.
    var all: [Mapping] { (file + stored).enumerated().map { index, row in row.ranked(index + 1) } }

    func row(_ id: String) -> Mapping? { all.first { $0.id == id } }
    func isOfFile(_ id: String) -> Bool { file.contains { $0.id == id } }

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
    /// Rows that decide for nobody any more, and did before.
    let shadowed: [Mapping]
    let wouldLockOut: Bool
}

extension Management {
    func mappings() -> MappingTable {
        MappingTable(
            file: (today.organization(id.text) ?? organization).rules.mappings,
            stored: access.snapshots.read().value.mappings(of: id).mappings)
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
            }, rules: managerRules)
        let (row, all) = try await decided { () throws(DatabaseError) in
            try await access.changeMappings(
                change, in: id, by: acting(.writeMappings, isConfirmed: isConfirmed), where: conditions,
                recording: record(.claimMappingUpdate))
        }
        let table = MappingTable(file: file, stored: all)
        return (table.row(row.id) ?? row, table)
    }

    /// What a row is called that a preview's change would add.
    static func previewID(_ index: Int) -> String { "new:\(index + 1)" }

    /// What changes would come to for everybody who was seen; nothing is changed.
    func preview(_ changes: [MappingChange]) async throws(Problem) -> MappingPreview {
        let before = mappings()
        var rows = before.stored
        for (index, change) in changes.enumerated() {
            guard let changed = change.applied(to: rows, newID: Management.previewID(index)) else {
                throw Problem(AccessRefusal.notFound)
            }
            rows = changed
        }
        let after = MappingTable(file: before.file, stored: rows)
        let id = id
        let people = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.people(id, transaction)
            }
        }
        let access = access.snapshots.read().value
        let (old, new) = (
            organization.rules.adding(MappingRows(before.stored)), organization.rules.adding(MappingRows(rows))
        )
        let (deployment, strategy) = (deployment, organization.rules.strategy)
        @Sendable func role(_ claims: VerifiedClaims, _ rules: OrganizationRules) -> Role? {
            deployment.entitlement(of: claims, under: rules, with: access).role
        }
        // Everybody's claims are opened and judged twice: no work for a reactor.
        let (judged, shadowed) = try await stored { () throws(DatabaseError) in
            try await service.database.compute {
                let judged = people.compactMap { person -> MappingPreview.Person? in
                    guard let claims = deployment.claims(of: person) else { return nil }
                    return MappingPreview.Person(seen: person, before: role(claims, old), after: role(claims, new))
                }
                let known = Set(ShadowedRows(of: before.all, under: strategy).rows.map(\.id))
                return (judged, ShadowedRows(of: after.all, under: strategy).rows.filter { !known.contains($0.id) })
            }
        }
        let changed = judged.filter { $0.before != $0.after }
        let (had, has) = try await stored { () throws(DatabaseError) in
            (
                try await self.access.hasManager(
                    of: id, under: MappingRows(before.stored), by: managerRules),
                try await self.access.hasManager(
                    of: id, under: MappingRows(rows), by: managerRules)
            )
        }
        return MappingPreview(
            table: after, people: changed, unchanged: judged.count - changed.count,
            own: (role(claims, old), role(claims, new)),
            shadowed: shadowed,
            wouldLockOut: had && !has)
    }
}
