public import ClaimMapping
public import Identities
internal import Text

/// The content of a rule, without its rank and id.
public struct MappingDraft: Sendable, Hashable {
    public let claimName: String
    public let match: Match
    /// The value or pattern; empty for `exists`.
    public let claimValue: String
    /// Splits strings into values. Not used for addresses and for `exists`.
    public let split: Unicode.Scalar?
    public let role: Role

    public init(claimName: String, match: Match, claimValue: String, split: Unicode.Scalar? = nil, role: Role) {
        self.claimName = claimName
        self.match = match
        self.claimValue = match == .exists ? "" : claimValue
        self.split = match == .exists || Mapping.isEmail(claimName) ? nil : split
        self.role = role
    }

    /// Whether the claim's name and the value have at most the lengths that a rule may have, in Unicode scalars.
    package var isOfPermittedLength: Bool {
        claimName.unicodeScalars.count <= 255 && claimValue.unicodeScalars.count <= (match == .glob ? 255 : 1024)
    }

    public init(_ mapping: Mapping) {
        self.init(
            claimName: mapping.claimName, match: mapping.match, claimValue: mapping.claimValue, split: mapping.split,
            role: mapping.role)
    }

    /// The rule's condition in one line.
    public var condition: String {
        Mapping.condition(claimName: claimName, match: match, claimValue: claimValue, split: split)
    }

    func row(_ id: String) -> Mapping {
        Mapping(id: id, rank: 0, claimName: claimName, match: match, claimValue: claimValue, split: split, role: role)
    }
}

/// The changes of one rule; nil members stay unchanged.
public struct MappingEdit: Sendable, Hashable {
    public var claimName: String?
    public var match: Match?
    public var claimValue: String?
    /// The outer nil leaves the separator unchanged; the inner nil removes it.
    public var split: Unicode.Scalar??
    public var role: Role?

    public init() {}

    /// Returns the rule with these changes.
    public func applied(to row: Mapping) -> MappingDraft {
        MappingDraft(
            claimName: claimName ?? row.claimName, match: match ?? row.match, claimValue: claimValue ?? row.claimValue,
            split: split ?? row.split, role: role ?? row.role)
    }
}

/// One change of the rules that managers added. Places are counted among these rules, from 0; a place outside of them
/// is the first or the last one.
public enum MappingChange: Sendable, Hashable {
    /// A new rule, added at the end if no place is given.
    case add(MappingDraft, at: Int?)
    /// A changed rule, which keeps its place if none is given.
    case edit(String, MappingEdit, at: Int?)
    case remove(String)
    /// A removed rule with its id, at its former place.
    case restore(String, MappingDraft, at: Int)

    /// Returns the rules after the change, ranked from 1, or nil if the named rule does not exist, or if the restored one
    /// does.
    ///
    /// - Parameter newID: the id of an added rule.
    public func applied(to rows: [Mapping], newID: String) -> [Mapping]? {
        var rows = rows
        switch self {
        case .add(let draft, let place):
            rows.insert(draft.row(newID), at: max(0, min(place ?? rows.count, rows.count)))
        case .edit(let id, let edit, let place):
            guard let index = rows.firstIndex(where: { $0.id.isExactly(id) }) else { return nil }
            let row = edit.applied(to: rows.remove(at: index)).row(id)
            rows.insert(row, at: max(0, min(place ?? index, rows.count)))
        case .remove(let id):
            guard let index = rows.firstIndex(where: { $0.id.isExactly(id) }) else { return nil }
            rows.remove(at: index)
        case .restore(let id, let draft, let place):
            guard !rows.contains(where: { $0.id.isExactly(id) }) else { return nil }
            rows.insert(draft.row(id), at: max(0, min(place, rows.count)))
        }
        return rows.enumerated().map { index, row in row.ranked(index + 1) }
    }
}
