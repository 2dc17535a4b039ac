internal import JSON

/// True if a setting is required.
enum Presence: Sendable {
    case required
    case optional
    /// The default as JSON text, parsed like the file.
    case byDefault(String)
}

/// What distinguishes a declaration from all others. It finds a setting in its table without a look-up by name.
final class SettingIdentity: Sendable {}

/// One setting, declared once: name, type, default and meaning. Parser, reference, schema and tests are derived from
/// the declaration.
struct Setting<Value: Sendable>: Sendable {
    let identity = SettingIdentity()
    let name: String
    let kind: SettingKind<Value>
    let presence: Presence
    let meaning: String
    /// A value as JSON text for the reference, if it is clearer than the kind's own example.
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

/// A setting as an entry of the table of settings, independent of the value's type. A class, because every object of the
/// file passes on all its settings.
final class DeclaredSetting: Sendable {
    let identity: SettingIdentity
    let name: String
    let presence: Presence
    let meaning: String
    /// The description of a value.
    let noun: String
    /// JSON texts that the setting accepts. The first one is the example in the reference.
    let good: [String]
    /// JSON texts that the setting refuses.
    let wrong: [String]
    /// Writes the members of the JSON Schema that describe a value.
    let schema: @Sendable (inout JSONWriter) -> Void
    /// The settings inside an object, or inside each object of a list.
    let section: (settings: [DeclaredSetting], isList: Bool)?
    let read: @Sendable (JSONValue, _ path: SettingPath, SettingReader) -> (any Sendable)?
    /// The value of the default, read once for all objects; nil if there is none. Tests read every default.
    let defaultValue: (any Sendable)?

    init<Value>(_ setting: Setting<Value>) {
        let kind = setting.kind
        (identity, name) = (setting.identity, setting.name)
        presence = setting.presence
        meaning = setting.meaning
        noun = kind.noun
        good = (setting.example.map { [$0] } ?? []) + kind.good
        wrong = kind.wrong
        schema = kind.schema
        section = kind.section
        read = { value, path, reader in kind.read(value, path, reader) }
        if case .byDefault(let text) = setting.presence,
            let document = try? JSONDocument(parsing: Array(text.utf8))
        {
            // A default refers to no file and no environment variable.
            let reader = SettingReader(sources: SettingSources(environment: { _ in nil }), directory: "")
            defaultValue = kind.read(document.root, .root.member(setting.name), reader)
        } else {
            defaultValue = nil
        }
    }

    var isRequired: Bool {
        if case .required = presence { true } else { false }
    }

    var defaultText: String? {
        if case .byDefault(let text) = presence { text } else { nil }
    }
}
