public import JSON
internal import SettingDeclarations

/// The JSON Schema of a configuration file, for editors (draft 2020-12).
public enum SchemaText {
    /// Writes the schema as one compact object.
    public static func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.member("title", "Gatehouse configuration")
        ObjectSchema.write(Settings.settings, to: &writer)
        writer.endObject()
    }
}
