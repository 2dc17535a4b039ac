package import JSON

/// The JSON Schema of an object with declared settings.
package enum ObjectSchema {
    /// Writes the schema's members for an object with these settings.
    package static func write(_ settings: [DeclaredSetting], to writer: inout JSONWriter) {
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
