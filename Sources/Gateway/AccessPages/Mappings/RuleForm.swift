internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import Identities
internal import Text

/// A submitted form of the page of rules.
struct RuleForm {
    enum Action: String, CaseIterable, FormAction {
        case add, edit, move, remove
    }

    let action: Action
    private var values: [ExactText: String]

    subscript(name: ExactText) -> String? { values[name] }

    /// - Throws: `invalid_request` for an unknown action.
    init(_ form: Form) throws(Problem) {
        action = try Action(of: form)
        values = form.fields
        // The buttons of a row state the new rank and the id together.
        if action == .move, let (rank, id) = form["move"]?.cut(at: ":") {
            (values["rank"], values["id"]) = (String(rank), String(id))
        }
    }

    /// The form that adds a recorded rule again, at its former position.
    init(_ rule: RecordedRule) throws(Problem) {
        let content = rule.content
        let split = content.split.map { String(String.UnicodeScalarView([$0])) } ?? ""
        try self.init(
            Form([
                ("action", Action.add.rawValue), ("claim_name", content.claimName), ("match", content.match.rawValue),
                ("claim_value", content.claimValue), ("split", split), ("role", content.role.rawValue),
                ("rank", String(rule.rank)),
            ]))
    }

    /// The fields that describe the change, for a form that repeats it.
    var fields: [(name: String, value: String)] {
        ["action", "id", "claim_name", "match", "claim_value", "split", "role", "rank"].compactMap { name in
            values[ExactText(name)].map { (name: name, value: $0) }
        }
    }

    /// Returns the change that the form describes.
    func change(of table: MappingTable) throws(Problem) -> MappingChange {
        var names = ["claim_name", "claim_value", "match", "split", "role"]
        let operation: String
        switch action {
        case .add: operation = "create"
        case .edit: operation = "update"
        case .move: (operation, names) = ("update", [])
        case .remove: (operation, names) = ("delete", [])
        }
        var fields: [(name: String, value: FieldReader.Value)] = [("op", .text(operation))]
        if action != .add { fields.append(("id", .text(self["id"] ?? ""))) }
        // A rule that only requires the claim to exist has no value, and nothing to split.
        let hasNoValue = self["match"].isExactly(Match.exists.rawValue)
        for name in names {
            let (isValue, isSplit) = (name.isExactly("claim_value"), name.isExactly("split"))
            if isSplit, hasNoValue || self["split"].isExactly("") {
                // An empty field means no separator; a space is one.
                fields.append((name, .null))
            } else if !(isValue && hasNoValue), let value = self[ExactText(name)] {
                fields.append((name, .text(value)))
            }
        }
        if action != .remove, let text = self["rank"]?.withoutWhiteSpace(), !text.isEmpty {
            guard let rank = Int64(text) else {
                throw Problem(
                    .invalidRequest, status: 422, detail: "The position must be a number.",
                    faults: [Problem.Issue(pointer: "/rank", detail: "The position must be a number.")])
            }
            fields.append(("rank", .integer(rank)))
        }
        var reader = FieldReader(form: fields)
        return try MappingChangeBuilder(table: table).read(&reader) { $0.change(&$1) }
    }

    /// The faults of a problem by the form's fields, in the words of the page; empty if it concerns no field.
    func faults(_ problem: Problem, of table: MappingTable) -> [ExactText: String] {
        let shown: Set<ExactText> = ["claim_name", "claim_value", "match", "split", "role", "rank"]
        var faults: [ExactText: String] = [:]
        for fault in problem.faults {
            let name = ExactText(String(fault.pointer.dropping(exactly: "/") ?? ""))
            guard shown.contains(name), faults[name] == nil else { continue }
            let isEmpty = (self[name] ?? "").isEmpty
            faults[name] =
                switch name {
                case "claim_name" where isEmpty: "Enter the name of the claim."
                case "claim_value" where isEmpty: "Enter the value that the claim must have."
                case "rank":
                    "Choose a position from \(table.file.count + 1). Rules from the configuration file come first."
                default: fault.detail
                }
        }
        return faults
    }
}
