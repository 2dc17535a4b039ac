public import ClaimMapping
public import Organizations
internal import Text

/// A row as somebody wishes it: without its place and name.
public struct MappingDraft: Sendable, Hashable {
    public let claimName: String
    public let match: Match
    /// Empty for `exists`.
    public let claimValue: String
    /// Cuts strings into values; never for addresses, and not for `exists`.
    public let split: Unicode.Scalar?
    public let role: Role

    public init(claimName: String, match: Match, claimValue: String, split: Unicode.Scalar? = nil, role: Role) {
        self.claimName = claimName
        self.match = match
        self.claimValue = match == .exists ? "" : claimValue
        self.split = match == .exists || Mapping.isEmail(claimName) ? nil : split
        self.role = role
    }

    public init(_ mapping: Mapping) {
        self.init(
            claimName: mapping.claimName, match: mapping.match, claimValue: mapping.claimValue, split: mapping.split,
            role: mapping.role)
    }

    /// What the row asks for, in one line.
    public var condition: String {
        Mapping.condition(claimName: claimName, match: match, claimValue: claimValue, split: split)
    }

    func row(_ id: String) -> Mapping {
        Mapping(id: id, rank: 0, claimName: claimName, match: match, claimValue: claimValue, split: split, role: role)
    }
}

/// What becomes of a row; what is not given stays as it is.
public struct MappingEdit: Sendable, Hashable {
    public var claimName: String?
    public var match: Match?
    public var claimValue: String?
    /// Outer nil: as it is; inner nil: none.
    public var split: Unicode.Scalar??
    public var role: Role?

    public init() {}

    /// The row with these changes.
    public func applied(to row: Mapping) -> MappingDraft {
        MappingDraft(
            claimName: claimName ?? row.claimName, match: match ?? row.match, claimValue: claimValue ?? row.claimValue,
            split: split ?? row.split, role: role ?? row.role)
    }
}

/// One change of the rows that managers added. Places are counted among these rows, from 0.
public enum MappingChange: Sendable, Hashable {
    /// At the end where no place is given.
    case add(MappingDraft, at: Int?)
    /// In its place where no other one is given.
    case edit(String, MappingEdit, at: Int?)
    case remove(String)

    /// The rows after the change, ranked from 1; `nil` where the row that it names is not there.
    ///
    /// - Parameter newID: what an added row is called.
    public func applied(to rows: [Mapping], newID: String) -> [Mapping]? {
        var rows = rows
        switch self {
        case .add(let draft, let place):
            rows.insert(draft.row(newID), at: min(place ?? rows.count, rows.count))
        case .edit(let id, let edit, let place):
            guard let index = rows.firstIndex(where: { $0.id.isExactly(id) }) else { return nil }
            let row = edit.applied(to: rows.remove(at: index)).row(id)
            rows.insert(row, at: min(place ?? index, rows.count))
        case .remove(let id):
            guard let index = rows.firstIndex(where: { $0.id.isExactly(id) }) else { return nil }
            rows.remove(at: index)
        }
        return rows.enumerated().map { index, row in row.ranked(index + 1) }
    }
}
