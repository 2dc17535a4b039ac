public import JSON

/// The JSON Schema of a configuration file, for editors (draft 2020-12).
public enum SchemaText {
    /// Writes the schema as one compact object.
    public static func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.member("title", "Gatehouse configuration")
        writeObject(Settings.settings, to: &writer)
        writer.endObject()
    }

    /// Writes the schema's members for an object with these settings.
    static func writeObject(_ settings: [DeclaredSetting], to writer: inout JSONWriter) {
        writer.member("type", "object")
        writer.member("additionalProperties", false)
        writer.name("required")
        writer.beginArray()
        for setting in settings where setting.isRequired { writer.string(setting.name) }
        writer.endArray()
        writer.name("properties")
        writer.beginObject()
        for setting in settings {
            writer.name(setting.name)
            writer.beginObject()
            writer.member("description", setting.meaning)
            if let text = setting.defaultText {
                writer.name("default")
                writer.raw(Array(text.utf8))
            }
            setting.schema(&writer)
            writer.endObject()
        }
        writer.endObject()
    }
}
