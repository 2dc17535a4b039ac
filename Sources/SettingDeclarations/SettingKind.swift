package import JSON

/// The type of a setting: the form of its values, their parser and their description.
package struct SettingKind<Value: Sendable>: Sendable {
    /// The description of a value; it completes the sentence "must be \(noun)".
    package let noun: String
    package let good: [String]
    package let wrong: [String]
    package let schema: @Sendable (inout JSONWriter) -> Void
    package var section: (settings: [DeclaredSetting], isList: Bool)?
    /// Converts a value. Reports a fault and returns nil if the value is refused.
    package let read: @Sendable (JSONValue, _ path: SettingPath, SettingReader) -> Value?

    package init(
        _ noun: String, good: [String], wrong: [String], schema: @escaping @Sendable (inout JSONWriter) -> Void,
        read: @escaping @Sendable (JSONValue, _ path: SettingPath, SettingReader) -> Value?
    ) {
        self.noun = noun
        self.good = good
        self.wrong = wrong
        self.schema = schema
        self.read = read
    }

    /// Creates a kind from a function that converts single values.
    package init(
        _ noun: String, good: [String], wrong: [String], schema: @escaping @Sendable (inout JSONWriter) -> Void,
        convert: @escaping @Sendable (JSONValue) throws(SettingError) -> Value
    ) {
        self.init(noun, good: good, wrong: wrong, schema: schema) { (value, path, reader) -> Value? in
            do throws(SettingError) {
                return try convert(value)
            } catch {
                reader.fault(at: value, path, error.message)
                return nil
            }
        }
    }
}

extension JSONValue {
    /// The value's JSON type with an article, for messages.
    package var kindNoun: String {
        switch kind {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
