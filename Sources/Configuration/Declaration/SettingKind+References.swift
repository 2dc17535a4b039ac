internal import Cryptography
internal import JSON
internal import Tokens

/// The most that a file may hold to which the configuration points.
private let maximumReferenceBytes = 4 << 20

extension SettingReader {
    /// What a file holds that a setting points to.
    func content(of path: String, for value: JSONValue, _ place: String) -> [UInt8]? {
        do throws(FileFault) {
            return try sources.file(resolved(path), maximumReferenceBytes)
        } catch {
            fault(at: value, place, "the file \(quoted(resolved(path))) cannot be read: \(error.description)")
            return nil
        }
    }

    /// What `{"env": NAME}` or `{"file": PATH}` stands for, without the line break at a file's end.
    func secret(_ reference: JSONValue, _ place: String) -> Secret? {
        let members = Array(reference.members)
        guard members.count == 1, let member = members.first, member.name == "env" || member.name == "file" else {
            fault(at: reference, place, "must be \(SettingReader.secretNoun)")
            return nil
        }
        let inside = "\(place).\(member.name)"
        guard let name = member.value.string, !name.isEmpty, !name.utf8.contains(0) else {
            fault(at: member.value, inside, "must be a string that is not empty")
            return nil
        }
        let bytes: [UInt8]
        if member.name == "env" {
            guard let text = sources.environment(name) else {
                fault(at: member.value, inside, "the environment variable \(quoted(name)) is not set")
                return nil
            }
            bytes = Array(text.utf8)
        } else {
            guard var content = content(of: name, for: member.value, inside) else { return nil }
            warnIfExposed(resolved(name), at: member.value, inside)
            if content.last == 0x0A { content.removeLast() }
            if content.last == 0x0D { content.removeLast() }
            bytes = content
        }
        guard !bytes.isEmpty else {
            fault(at: member.value, inside, "the secret is empty")
            return nil
        }
        return Secret(bytes: bytes)
    }

    static let secretNoun = "{\"env\": \"NAME\"} or {\"file\": \"PATH\"}"

    static func writeSecretSchema(to writer: inout JSONWriter) {
        writer.member("type", "object")
        writer.member("minProperties", 1)
        writer.member("maxProperties", 1)
        writer.member("additionalProperties", false)
        writer.name("properties")
        writer.beginObject()
        for (name, meaning) in [("env", "an environment variable that holds it"), ("file", "a file that holds it")] {
            writer.name(name)
            writer.beginObject()
            writer.member("type", "string")
            writer.member("minLength", 1)
            writer.member("description", meaning)
            writer.endObject()
        }
        writer.endObject()
    }

    /// What every setting that holds secrets refuses.
    static let wrongSecrets = [
        "\"in plain sight\"", "7", "{}", "{\"env\": 7}", "{\"env\": \"\"}", "{\"env\": \"NO_SUCH_VARIABLE\"}",
        "{\"file\": \"no-such-file\"}", "{\"env\": \"A\", \"file\": \"b\"}", "{\"enviroment\": \"A\"}",
    ]
}

extension SettingKind<Secret> {
    /// A secret by reference, whatever it is.
    static var secret: SettingKind {
        SettingKind(
            "a secret, as \(SettingReader.secretNoun)", good: ["{\"env\": \"A_SECRET\"}", "{\"file\": \"a.secret\"}"],
            wrong: SettingReader.wrongSecrets, schema: SettingReader.writeSecretSchema
        ) { value, path, reader in
            guard value.kind == .object else {
                let plain = value.kind == .string ? "a secret never stands in the file itself: write" : "must be"
                reader.fault(at: value, path, "\(plain) \(SettingReader.secretNoun)")
                return nil
            }
            return reader.secret(value, path)
        }
    }
}

extension SettingKind<[Secret]> {
    /// Keys of 32 bytes, one or a list.
    static var sealingKeys: SettingKind {
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.name("oneOf")
            writer.beginArray()
            writer.beginObject()
            SettingReader.writeSecretSchema(to: &writer)
            writer.endObject()
            writer.beginObject()
            writer.member("type", "array")
            writer.member("minItems", 1)
            writer.name("items")
            writer.beginObject()
            SettingReader.writeSecretSchema(to: &writer)
            writer.endObject()
            writer.endObject()
            writer.endArray()
        }
        let reference = SettingReader.secretNoun
        return SettingKind(
            "32 random bytes in base64, as \(reference), or a list of such, the newest first",
            good: ["{\"file\": \"secret.key\"}", "[{\"env\": \"A_KEY\"}, {\"file\": \"secret.key\"}]"],
            wrong: SettingReader.wrongSecrets + ["[]", "[\"in plain sight\"]", "{\"env\": \"A_SECRET\"}"],
            schema: schema
        ) { value, path, reader in
            guard value.kind == .array else {
                return sealingKey(value, path, reader).map { [$0] }
            }
            let items = Array(value.elements)
            if items.isEmpty { reader.fault(at: value, path, "must not be empty") }
            return items.enumerated().compactMap { sealingKey($1, "\(path)[\($0)]", reader) }
        }
    }

    private static func sealingKey(_ value: JSONValue, _ path: String, _ reader: SettingReader) -> Secret? {
        guard let secret = SettingKind<Secret>.secret.read(value, path, reader) else { return nil }
        guard let bytes = Base64.decode(secret.text), bytes.count == 32 else {
            reader.fault(
                at: value, path, "the secret must be exactly 32 bytes in base64: make one with openssl rand -base64 32")
            return nil
        }
        return Secret(bytes: bytes)
    }
}
