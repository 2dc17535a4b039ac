package import JSON

/// True if a setting is required.
package enum Presence: Sendable {
    case required
    case optional
    /// The default as JSON text, parsed like the file.
    case byDefault(String)
}

/// What distinguishes a declaration from all others. It finds a setting in its table without a look-up by name.
package final class SettingIdentity: Sendable {}

/// One setting, declared once: name, type, default and meaning. Parser, reference, schema and tests are derived from
/// the declaration.
package struct Setting<Value: Sendable>: Sendable {
    package let identity = SettingIdentity()
    package let name: String
    package let kind: SettingKind<Value>
    package let presence: Presence
    package let meaning: String
    /// A value as JSON text for the reference, if it is clearer than the kind's own example.
    package let example: String?

    package init(
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
package final class DeclaredSetting: Sendable {
    package let identity: SettingIdentity
    package let name: String
    package let presence: Presence
    package let meaning: String
    /// The description of a value.
    package let noun: String
    /// JSON texts that the setting accepts. The first one is the example in the reference.
    package let good: [String]
    /// JSON texts that the setting refuses.
    package let wrong: [String]
    /// Writes the members of the JSON Schema that describe a value.
    package let schema: @Sendable (inout JSONWriter) -> Void
    /// The settings inside an object, or inside each object of a list.
    package let section: (settings: [DeclaredSetting], isList: Bool)?
    package let read: @Sendable (JSONValue, _ path: SettingPath, SettingReader) -> (any Sendable)?
    /// The value of the default, read once for all objects; nil if there is none. Tests read every default.
    package let defaultValue: (any Sendable)?

    package init<Value>(_ setting: Setting<Value>) {
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

    package var isRequired: Bool {
        if case .required = presence { true } else { false }
    }

    package var defaultText: String? {
        if case .byDefault(let text) = presence { text } else { nil }
    }
}
