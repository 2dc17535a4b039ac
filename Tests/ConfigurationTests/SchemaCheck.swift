import JSON

/// The subset of JSON Schema (draft 2020-12) that the configuration's schema uses. An unknown keyword is a problem.
enum SchemaCheck {
    static func problem(of value: JSONValue, by schema: JSONValue) -> String? {
        for keyword in schema.members {
            let rule = keyword.value
            let isGood: Bool
            switch keyword.name {
            case "$schema", "title", "description", "default", "properties": continue
            case "type":
                let kind = value.kind == .number && value.integer != nil ? "integer" : value.kind.rawValue
                // Every integer is a number too.
                isGood = rule.equals(kind) || rule.equals(value.kind.rawValue)
            case "enum": isGood = rule.elements.contains { $0.string == value.string }
            case "minimum": isGood = (value.double ?? -.infinity) >= (rule.double ?? .infinity)
            case "maximum": isGood = (value.double ?? .infinity) <= (rule.double ?? -.infinity)
            case "minLength": isGood = (value.string ?? "").count >= Int(rule.integer ?? 0)
            case "maxLength": isGood = (value.string ?? "").unicodeScalars.count <= Int(rule.integer ?? 0)
            case "pattern":
                guard let regex = try? Regex(rule.string ?? "("), let text = value.string else { return "pattern" }
                isGood = text.contains(regex)
            case "minItems", "minProperties": isGood = value.count >= Int(rule.integer ?? .max)
            case "maxProperties": isGood = value.count <= Int(rule.integer ?? 0)
            case "uniqueItems": isGood = Set(value.elements.map(\.text)).count == value.count
            case "items":
                if let inner = value.elements.lazy.compactMap({ problem(of: $0, by: rule) }).first { return inner }
                continue
            case "oneOf": isGood = rule.elements.count { problem(of: value, by: $0) == nil } == 1
            case "required": isGood = rule.elements.allSatisfy { value.member($0.string ?? "") != nil }
            case "additionalProperties":
                for member in value.members {
                    if let known = schema.member("properties")?.member(member.name) {
                        if let inner = problem(of: member.value, by: known) { return "\(member.name): \(inner)" }
                    } else if rule.kind == .object {
                        if let inner = problem(of: member.value, by: rule) { return "\(member.name): \(inner)" }
                    } else {
                        return "\(member.name) is not allowed"
                    }
                }
                continue
            default: return "unknown keyword \(keyword.name)"
            }
            if !isGood { return "\(value.text) breaks \(keyword.name) \(rule.text)" }
        }
        return nil
    }
}
