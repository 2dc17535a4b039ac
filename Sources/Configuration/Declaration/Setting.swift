internal import JSON

/// Whether a setting has to be written.
enum Presence: Sendable {
    case required
    case optional
    /// What counts where nothing is written, as JSON text; read by the same parser as the file.
    case byDefault(String)
}

/// One setting: its name, type, default and meaning, declared once. Parser, reference, schema and tests come from it.
struct Setting<Value: Sendable>: Sendable {
    let name: String
    let kind: SettingKind<Value>
    let presence: Presence
    let meaning: String
    /// A value as JSON text for the reference, where the kind's own would say less.
    let example: String?

    init(
        _ name: String, _ kind: SettingKind<Value>, _ presence: Presence, example: String? = nil, _ meaning: String
    ) {
        self.name = name
        self.kind = kind
        self.presence = presence
        self.meaning = meaning
        self.example = example
    }
}

/// A setting whose value's type does not matter: a row of the table.
struct DeclaredSetting: Sendable {
    let name: String
    let presence: Presence
    let meaning: String
    /// What a value is, in words.
    let noun: String
    /// JSON texts that the setting takes; the first is shown to people.
    let good: [String]
    /// JSON texts that it refuses.
    let wrong: [String]
    /// The members of its JSON Schema that say what a value is.
    let schema: @Sendable (inout JSONWriter) -> Void
    /// The settings inside it.
    let section: (settings: [DeclaredSetting], isList: Bool)?
    let read: @Sendable (JSONValue, _ path: String, SettingReader) -> (any Sendable)?

    init<Value>(_ setting: Setting<Value>) {
        let kind = setting.kind
        name = setting.name
        presence = setting.presence
        meaning = setting.meaning
        noun = kind.noun
        good = (setting.example.map { [$0] } ?? []) + kind.good
        wrong = kind.wrong
        schema = kind.schema
        section = kind.section
        read = { value, path, reader in kind.read(value, path, reader) }
    }

    var isRequired: Bool {
        if case .required = presence { true } else { false }
    }

    var defaultText: String? {
        if case .byDefault(let text) = presence { text } else { nil }
    }
}
