internal import JSON

/// A type of settings: how its values are written, read and described.
struct SettingKind<Value: Sendable>: Sendable {
    /// What a value is, so that "must be \(noun)" is a sentence.
    let noun: String
    let good: [String]
    let wrong: [String]
    let schema: @Sendable (inout JSONWriter) -> Void
    var section: (settings: [DeclaredSetting], isList: Bool)?
    /// `nil` after it told the reader what is wrong.
    let read: @Sendable (JSONValue, _ path: String, SettingReader) -> Value?

    init(
        _ noun: String, good: [String], wrong: [String], schema: @escaping @Sendable (inout JSONWriter) -> Void,
        read: @escaping @Sendable (JSONValue, _ path: String, SettingReader) -> Value?
    ) {
        self.noun = noun
        self.good = good
        self.wrong = wrong
        self.schema = schema
        self.read = read
    }

    /// A kind whose values one function converts.
    init(
        _ noun: String, good: [String], wrong: [String], schema: @escaping @Sendable (inout JSONWriter) -> Void,
        convert: @escaping @Sendable (JSONValue) throws(Refusal) -> Value
    ) {
        self.init(noun, good: good, wrong: wrong, schema: schema) { (value, path, reader) -> Value? in
            do throws(Refusal) {
                return try convert(value)
            } catch {
                reader.fault(at: value, path, error.message)
                return nil
            }
        }
    }
}

extension JSONValue {
    /// The value's kind with its article, for messages.
    var kindNoun: String {
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
