public import ClaimMapping
internal import Endpoints
public import Identities
internal import Text

/// The content of a rule's form as it was typed, valid or not.
public struct RuleDraft: Sendable {
    /// The id of the edited rule; nil for a new one.
    public var id: String?
    public var claimName = ""
    public var match = Match.equals
    public var claimValue = ""
    /// The separator; empty if strings are compared whole.
    public var split = ""
    public var role = Role.viewer
    /// The rank; empty for the end of the list, or for the current place.
    public var rank = ""

    public init() {}
}

extension RuleDraft {
    init(_ rule: Mapping) {
        (id, claimName, match) = (rule.id, rule.claimName, rule.match)
        (claimValue, split, role, rank) = (rule.claimValue, rule.splitText ?? "", rule.role, String(rule.rank))
    }

    init(_ form: RuleForm) {
        id = form.action == .edit ? form["id"] : nil
        read { form[$0] }
    }

    /// The most Unicode scalars of a field that links fill in.
    private static let longest = 1024

    /// The names of the parameters that fill in the form, and the fields that they fill in.
    private static let parameters: [(name: String, field: ExactText)] = [
        ("claim", "claim_name"), ("match", "match"), ("value", "claim_value"), ("split", "split"), ("role", "role"),
        ("rank", "rank"),
    ]

    /// Replaces what a page's query states, so that links can fill in the form.
    mutating func take(_ query: [ExactText: String]) {
        read { field in
            RuleDraft.parameters.first { $0.field == field }.flatMap { query[ExactText($0.name)] }.map {
                String($0.unicodeScalars.prefix(RuleDraft.longest))
            }
        }
    }

    /// Whether no field is longer than a link that fills in the form may make it.
    var isShort: Bool {
        [claimName, claimValue, split, rank].allSatisfy { $0.unicodeScalars.count <= RuleDraft.longest }
    }

    private mutating func read(_ value: (ExactText) -> String?) {
        claimName = value("claim_name") ?? claimName
        match = value("match").flatMap(Match.init(exactly:)) ?? match
        claimValue = value("claim_value") ?? claimValue
        split = value("split") ?? split
        role = value("role").flatMap(Role.init(exactly:)) ?? role
        rank = value("rank") ?? rank
    }

    /// The query of a link that opens the form with this content.
    var query: [(name: String, value: String)] {
        let values = [claimName, match.rawValue, claimValue, split, role.rawValue, rank]
        let content = zip(RuleDraft.parameters, values).map { (name: $0.name, value: $1) }
        return [id.map { (name: "edit", value: $0) } ?? (name: "add", value: "1")]
            + content.filter { !$0.value.isEmpty }
    }
}
