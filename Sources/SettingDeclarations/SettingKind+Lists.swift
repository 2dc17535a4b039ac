internal import JSON
package import Text

extension SettingKind {
    /// An array of unique elements of one kind.
    package static func list<Element: Hashable>(
        of element: SettingKind<Element>, atLeast minimum: Int = 0
    ) -> SettingKind where Value == [Element] {
        let noun = "an array, each element \(element.noun)"
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "array")
            if minimum > 0 { writer.member("minItems", minimum) }
            writer.member("uniqueItems", true)
            writer.name("items")
            writer.beginObject()
            element.schema(&writer)
            writer.endObject()
        }
        let first = Array(element.good.prefix(1))
        let empty = ["[]"]
        let good = first.map { "[\($0)]" } + (minimum == 0 ? empty : [])
        var wrong = first + ["{}", "null"] + (minimum > 0 ? empty : [])
        wrong += first.map { "[\($0), \($0)]" } + element.wrong.map { "[\($0)]" }
        return SettingKind(
            noun, good: good, wrong: wrong, schema: schema
        ) { value, path, reader in
            guard value.kind == .array else {
                reader.fault(at: value, path, "must be an array, not \(value.kindNoun)")
                return nil
            }
            let count = value.count
            var elements: [Element] = []
            var seen: Set<AnyHashable> = []
            for (index, item) in value.elements.enumerated() where !reader.isFull {
                let place = path[index]
                guard let converted = element.read(item, place, reader) else { continue }
                elements.append(converted)
                guard count > 1 else { continue }
                // Strings are compared by their octets, not by canonical equivalence.
                let key = (converted as? String).map { AnyHashable(ExactText($0)) } ?? AnyHashable(converted)
                if !seen.insert(key).inserted { reader.fault(at: item, place, "is already in the list") }
            }
            if elements.count < minimum, count < minimum {
                reader.fault(at: value, path, "must not be empty")
                return nil
            }
            return elements
        }
    }

    /// One value, or a non-empty array of unique values.
    package static func oneOrMore<Element: Hashable>(
        of element: SettingKind<Element>
    ) -> SettingKind where Value == [Element] {
        let list = SettingKind.list(of: element, atLeast: 1)
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.name("oneOf")
            writer.beginArray()
            for schema in [element.schema, list.schema] {
                writer.beginObject()
                schema(&writer)
                writer.endObject()
            }
            writer.endArray()
        }
        return SettingKind(
            "\(element.noun), or a list of these", good: element.good + list.good,
            wrong: element.wrong + list.wrong.filter { $0.utf8.first == UInt8(ascii: "[") }, schema: schema
        ) { value, path, reader in
            guard value.kind == .array else { return element.read(value, path, reader).map { [$0] } }
            return list.read(value, path, reader)
        }
    }

    /// An object with free names and string values.
    package static func dictionary(
        _ noun: String, good: [String], refusing reserved: [String]
    ) -> SettingKind where Value == [ExactText: String] {
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "object")
            writer.name("additionalProperties")
            writer.beginObject()
            writer.member("type", "string")
            writer.endObject()
        }
        return SettingKind(
            noun, good: good + ["{}"],
            wrong: ["[]", "\"a=b\"", "{\"a\": 1}"] + reserved.prefix(1).map { "{\"\($0)\": \"x\"}" }, schema: schema
        ) { value, path, reader in
            guard value.kind == .object else {
                reader.fault(at: value, path, "must be \(noun), not \(value.kindNoun)")
                return nil
            }
            var texts: [ExactText: String] = [:]
            for member in value.members where !reader.isFull {
                let place = path.member(member.name)
                if reserved.contains(exactly: member.name) {
                    reader.fault(at: member.nameOffset, place, "is set by the gateway itself and cannot be set here")
                } else if let text = member.value.string {
                    texts[ExactText(member.name)] = text
                } else {
                    reader.fault(at: member.value, place, "must be a string, not \(member.value.kindNoun)")
                }
            }
            return texts
        }
    }
}
