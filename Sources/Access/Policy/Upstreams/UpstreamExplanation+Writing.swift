internal import ClaimMapping
internal import Identities
public import JSON
internal import Text

extension UpstreamExplanation {
    /// Writes the explanation as one object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// Writes the explanation's members into an object.
    public func writeMembers(to writer: inout JSONWriter) {
        writer.member("upstream", upstream.text)
        writer.member("organization", organization.text)
        writer.member("method", method)
        writer.member("path", path.text)
        writer.member("decision", outcome.rawValue)
        writer.member("reason", reason?.rawValue)
        if let rule { writer.member("rule", rule) } else { writer.member("rule", String?.none) }
        writer.name("rules")
        writer.beginArray()
        for row in rows { row.write(to: &writer) }
        writer.endArray()
        writer.name("access")
        if let access { access.write(to: &writer) } else { writer.null() }
    }

    /// The explanation as text: the outcome, then each rule with its conditions.
    public var lines: [String] {
        let by = rule.map { "rule \($0)" } ?? "no rule matches"
        let head =
            switch outcome {
            case .permit: "\(upstream): permitted by \(by)"
            case .signIn: "\(upstream): sign-in needed (\(by))"
            case .refuse: "\(upstream): refused (\(reason?.rawValue ?? "")), \(by)"
            }
        let request = "  \(method) \(path.text)".escapedForTerminal()
        return [head, request] + rows.flatMap(\.lines) + (access?.lines ?? [])
    }
}

extension UpstreamCondition {
    /// The condition in one line.
    public var text: String {
        switch self {
        case .role(let role): role.rawValue
        case .claim(let claim): claim.text
        }
    }

    /// Writes the condition's members into an object.
    public func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .role(let role): writer.member("role", role.rawValue)
        case .claim(let claim):
            writer.member("claim_name", claim.claimName)
            if claim.match != .exists { writer.member("claim_value", claim.claimValue) }
            writer.member("match", claim.match.rawValue)
            if let split = claim.splitText { writer.member("split", split) }
        }
    }
}

extension UpstreamRule {
    /// Writes the rule as one object.
    ///
    /// - Parameter rank: its position in the order in which rules are tried, from 1.
    public func write(to writer: inout JSONWriter, rank: Int) {
        writer.beginObject()
        writer.member("rank", rank)
        writeRequest(to: &writer)
        writer.name("allow")
        switch allow {
        case .anyone: writer.string("anyone")
        case .anyOf(let conditions):
            writer.beginArray()
            for condition in conditions {
                writer.beginObject()
                condition.writeMembers(to: &writer)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    /// Writes path and methods of the rule into an object; `methods` is null for all methods.
    public func writeRequest(to writer: inout JSONWriter) {
        writer.member("path", path.text)
        writer.name("methods")
        guard let methods else {
            writer.null()
            return
        }
        writer.beginArray()
        for method in methods { writer.string(method) }
        writer.endArray()
    }
}

extension UpstreamExplanation.Row {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("rank", rank)
        rule.writeRequest(to: &writer)
        writer.member("verdict", verdict.rawValue)
        if isNearMiss { writer.member("near_miss", true) }
        writer.name("allow")
        if case .anyone = rule.allow {
            writer.string("anyone")
        } else {
            writer.beginArray()
            for condition in conditions {
                writer.beginObject()
                condition.condition.writeMembers(to: &writer)
                writer.member("verdict", condition.verdict?.rawValue)
                if condition.isNearMiss { writer.member("near_miss", true) }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    fileprivate var lines: [String] {
        let methods = rule.methods.map { $0.joined(separator: ",") + " " } ?? ""
        let near = isNearMiss ? ", differs only by case" : ""
        let head = "  \(rank). \(methods)\(rule.path.text): \(verdict.rawValue)\(near)"
        if case .anyone = rule.allow { return [head + ", permits anyone"] }
        return [head]
            + conditions.map { condition in
                let near = condition.isNearMiss ? ", differs only by case or white space" : ""
                return "     \(condition.condition.text)" + (condition.verdict.map { ": \($0.rawValue)\(near)" } ?? "")
            }
    }
}
