internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import Management
internal import PageLayout
internal import Text

extension RuleDraft {
    /// The rule of the form, valid or not.
    var content: MappingDraft {
        MappingDraft(
            claimName: claimName, match: match, claimValue: claimValue, split: Mapping.separator(split), role: role)
    }

    /// Whether the form describes a whole condition.
    private var isWhole: Bool { !claimName.isEmpty && (match == .exists || !claimValue.isEmpty) }

    /// The suggestions beside the form.
    ///
    /// - Parameters:
    ///   - names: the claims of the latest sign-ins.
    ///   - seen: what these carry of the form's claim; nil if the form names none.
    ///   - request: the access request that the form is for; nil for none.
    func suggestions(_ names: [String], _ seen: SeenValues?, path: String, request: String?) -> SeenClaims {
        func url(_ claim: String, _ value: String) -> String {
            var draft = self
            (draft.claimName, draft.claimValue) = (claim, "")
            if draft.match == .exists, !value.isEmpty { draft.match = .equals }
            // An empty value replaces that of the stored rule or of the request.
            var query = draft.query
            query.append((name: "value", value: value))
            if let request { query.append((name: "request", value: request)) }
            return "\(path)?\(FormEncoding.query(query))#rule"
        }
        let values = seen?.values ?? []
        return SeenClaims(
            names: names.map { SeenClaims.Item($0, url: url($0, "")) }, claim: claimName,
            values: values.map { SeenClaims.Item($0.text, people: $0.people, url: url(claimName, $0.text)) },
            isAbsent: seen?.isAbsent ?? false,
            carriers: isWhole ? seen.map { SeenClaims.Carriers($0, of: content) } : nil)
    }
}

extension SeenClaims.Carriers {
    fileprivate init(_ seen: SeenValues, of rule: MappingDraft) {
        let value: Value =
            switch rule.match {
            case .equals: .text(rule.claimValue)
            case .glob: .pattern(rule.claimValue)
            case .exists: .any
            }
        self.init(
            seen.carriers, claim: rule.claimName, value, sample: seen.isPartial ? seen.people : nil,
            unreadable: seen.unreadable)
    }
}
