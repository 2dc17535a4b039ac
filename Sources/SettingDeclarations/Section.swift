package import JSON
internal import Text

/// A value that is created from an object of the file: its settings, and their conversion.
package protocol Section: Sendable {
    static var settings: [DeclaredSetting] { get }

    /// Creates the value, and reports faults that concern several settings. Returns nil if a required setting is
    /// missing or was refused.
    init?(_ members: SectionMembers)
}

/// The members of one object, read by their declarations.
package struct SectionMembers {
    /// The object as the file has it.
    package let object: JSONValue
    /// The place of the object in the file.
    package let path: SettingPath
    /// Collects faults and warnings.
    package let reader: SettingReader
    private let table: SettingTable
    /// The members of the object by the places of their settings. If the file repeats a name, the first one counts.
    private var found: [JSONValue?]
    /// The values by the places of their settings.
    private var values: [(any Sendable)?]

    /// Reads every member by its declaration. Unknown, missing and invalid members are reported to the reader.
    package init(_ object: JSONValue, path: SettingPath, settings table: SettingTable, reader: SettingReader) {
        (self.object, self.path, self.reader, self.table) = (object, path, reader, table)
        found = Array(repeating: nil, count: table.settings.count)
        values = Array(repeating: nil, count: table.settings.count)
        for member in object.members {
            let index = table.place(of: member.name)
            if let index, found[index] == nil { found[index] = member.value }
            guard !reader.isFull else { continue }
            guard let index else {
                let message = unknown(member.name)
                reader.fault(at: member.nameOffset, path.member(member.name), message)
                continue
            }
            let value = table.settings[index].read(member.value, path.member(member.name), reader)
            // If the file repeats a name, both values are checked, and the first one is used.
            if values[index] == nil { values[index] = value }
        }
        for (index, setting) in table.settings.enumerated() where found[index] == nil {
            switch setting.presence {
            case .required: reader.fault(at: object, path.member(setting.name), "is required: \(setting.noun)")
            case .optional: break
            case .byDefault: values[index] = setting.defaultValue
            }
        }
    }

    /// Returns the message for an unknown setting: the setting that was probably meant, and the allowed names.
    private func unknown(_ name: String) -> String {
        let names = table.settings.map(\.name)
        let allowed = "allowed here: \(names.joined(separator: ", "))"
        if let meant = Suggestion.nearest(to: name, among: names) {
            return "is not a setting; did you mean \"\(meant)\"? (\(allowed))"
        }
        let elsewhere = SectionMembers.places(of: name, in: reader.known, under: "")
        guard let first = elsewhere.first else { return "is not a setting; \(allowed)" }
        return "is not a setting here, but \(first) is (\(allowed))"
    }

    /// Returns the paths of settings with this name, such as `providers[].client_id`.
    private static func places(of name: String, in settings: [DeclaredSetting], under path: String) -> [String] {
        settings.flatMap { setting -> [String] in
            let place = path + setting.name
            let inside = setting.section.map {
                places(of: name, in: $0.settings, under: place + ($0.isList ? "[]." : "."))
            }
            return (setting.name.isExactly(name) ? [place] : []) + (inside ?? [])
        }
    }

    /// The setting's value or default; nil if it has none, or if the value was refused.
    package subscript<Value>(setting: Setting<Value>) -> Value? {
        table.place(of: setting.identity).flatMap { values[$0] } as? Value
    }

    /// Returns true if the file contains the setting, valid or not.
    package func has<Value>(_ setting: Setting<Value>) -> Bool {
        member(setting) != nil
    }

    private func member<Value>(_ setting: Setting<Value>) -> JSONValue? {
        table.place(of: setting.identity).flatMap { found[$0] }
    }

    /// Reports a fault at the setting, or at the object if the setting is absent.
    package func fault<Value>(_ setting: Setting<Value>, _ message: String) {
        reader.fault(at: member(setting) ?? object, path.member(setting.name), message)
    }

    /// Reports a fault at one member of a setting that is an object.
    package func fault<Value>(_ setting: Setting<Value>, member name: String, _ message: String) {
        let value = member(setting)
        reader.fault(
            at: value?.member(name) ?? value ?? object, path.member(setting.name).member(name), message)
    }

    /// Reports a value that is allowed but probably not intended.
    package func warn<Value>(_ setting: Setting<Value>, _ message: String) {
        reader.warn(at: member(setting) ?? object, path.member(setting.name), message)
    }
}

extension SettingKind where Value: Section {
    /// An object with its own settings.
    package static var section: SettingKind {
        let table = SettingTable(Value.settings)
        var kind = SettingKind(
            "an object", good: [], wrong: ["7", "\"text\"", "[]", "null", "{\"no_such_setting\": 1}"],
            schema: { ObjectSchema.write(Value.settings, to: &$0) }
        ) { value, path, reader in
            guard value.kind == .object else {
                reader.fault(at: value, path, "must be an object, not \(value.kindNoun)")
                return nil
            }
            return Value(SectionMembers(value, path: path, settings: table, reader: reader))
        }
        kind.section = (Value.settings, false)
        return kind
    }
}

extension SettingKind {
    /// An object with its own settings, or a non-empty array of different ones.
    package static func oneOrMoreSections<Element: Section & Hashable>() -> SettingKind where Value == [Element] {
        var kind = SettingKind.oneOrMore(of: SettingKind<Element>.section)
        kind.section = (Element.settings, false)
        return kind
    }

    /// An array of objects with their own settings.
    package static func sections<Element: Section>() -> SettingKind where Value == [Element] {
        let element = SettingKind<Element>.section
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "array")
            writer.name("items")
            writer.beginObject()
            element.schema(&writer)
            writer.endObject()
        }
        var kind = SettingKind(
            "an array of objects", good: ["[]"], wrong: ["{}", "7", "null"] + element.wrong.map { "[\($0)]" },
            schema: schema
        ) { value, path, reader in
            guard value.kind == .array else {
                reader.fault(at: value, path, "must be an array of objects, not \(value.kindNoun)")
                return nil
            }
            return reader.read(value.elements) { item, index, reader in element.read(item, path[index], reader) }
        }
        kind.section = (Element.settings, true)
        return kind
    }
}
