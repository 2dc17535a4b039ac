package import Cryptography
internal import Files
package import JSON

/// The maximum size of a file that the configuration refers to, in bytes.
private let maximumReferenceBytes = 4 << 20

extension SettingReader {
    /// Returns the content of a referenced file, or reports a fault and returns nil.
    package func content(of path: String, for value: JSONValue, _ place: SettingPath) -> [UInt8]? {
        do throws(FileError) {
            return try sources.file(resolved(path), maximumReferenceBytes)
        } catch {
            fault(at: value, place, "the file \(quoted(resolved(path))) cannot be read: \(error.description)")
            return nil
        }
    }

    /// Returns the secret that `{"env": NAME}` or `{"file": PATH}` refers to, without one line break at its end.
    ///
    /// Other white space at its ends is kept, but causes a warning. A provider or mail server that refuses the secret
    /// would not report this cause.
    package func secret(_ reference: JSONValue, _ place: SettingPath) -> Secret? {
        let members = Array(reference.members)
        guard members.count == 1, let member = members.first, member.name == "env" || member.name == "file" else {
            fault(at: reference, place, "must be \(SettingReader.secretNoun)")
            return nil
        }
        let inside = place.member(member.name)
        guard let name = member.value.string, !name.isEmpty, !name.utf8.contains(0) else {
            fault(at: member.value, inside, "must be a string that is not empty")
            return nil
        }
        let bytes: [UInt8]
        if member.name == "env" {
            guard let text = sources.environment(name) else {
                fault(at: member.value, inside, "the environment variable \(quoted(name)) is not set, or not UTF-8")
                return nil
            }
            bytes = SettingReader.withoutLineBreak(Array(text.utf8))
        } else {
            guard let content = content(of: name, for: member.value, inside) else { return nil }
            warnIfExposed(resolved(name), at: member.value, inside)
            bytes = SettingReader.withoutLineBreak(content)
        }
        guard !bytes.isEmpty else {
            fault(at: member.value, inside, "the secret is empty")
            return nil
        }
        // Invalid octets must not be removed or replaced with U+FFFD, because the result would be another secret.
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            fault(
                at: member.value, inside, "the secret must be UTF-8 text without NUL: encode a binary secret in base64"
            )
            return nil
        }
        if let oddity = SettingReader.oddity(of: bytes) {
            warn(at: member.value, inside, "the secret \(oddity), which is part of it")
        }
        return Secret(bytes: bytes)
    }

    /// Removes one line break: LF, CR LF, or a CR that remains after a program removed the LF.
    private static func withoutLineBreak(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }

    /// Describes how the bytes differ from a typical secret. Returns nil if they do not.
    private static func oddity(of bytes: [UInt8]) -> String? {
        func isWhiteSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte.map { (0x09...0x0D).contains($0) } ?? false }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "begins with a byte-order mark" }
        if isWhiteSpace(bytes.first) { return "begins with white space" }
        if isWhiteSpace(bytes.last) { return "ends with white space" }
        if bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }) { return "contains a line break" }
        return nil
    }

    package static let secretNoun = "{\"env\": \"NAME\"} or {\"file\": \"PATH\"}"

    package static func writeSecretSchema(to writer: inout JSONWriter) {
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

    /// Values that every setting of a secret refuses.
    package static let wrongSecrets = [
        "\"in plain sight\"", "7", "{}", "{\"env\": 7}", "{\"env\": \"\"}", "{\"env\": \"NO_SUCH_VARIABLE\"}",
        "{\"file\": \"no-such-file\"}", "{\"env\": \"A\", \"file\": \"b\"}", "{\"enviroment\": \"A\"}",
    ]
}

extension SettingKind<Secret> {
    /// A reference to a secret of any form.
    package static var secret: SettingKind {
        SettingKind(
            "a secret, as \(SettingReader.secretNoun)", good: ["{\"env\": \"A_SECRET\"}", "{\"file\": \"a.secret\"}"],
            wrong: SettingReader.wrongSecrets, schema: SettingReader.writeSecretSchema
        ) { value, path, reader in
            guard value.kind == .object else {
                let plain = value.kind == .string ? "a secret must not be written in this file: use" : "must be"
                reader.fault(at: value, path, "\(plain) \(SettingReader.secretNoun)")
                return nil
            }
            return reader.secret(value, path)
        }
    }
}

extension SettingKind<[Secret]> {
    /// One key of 32 bytes, or a list of them.
    package static var sealingKeys: SettingKind {
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
            "32 random bytes in base64, as \(reference), or a list of these, newest first",
            good: ["{\"file\": \"secret.key\"}", "[{\"env\": \"A_KEY\"}, {\"file\": \"secret.key\"}]"],
            wrong: SettingReader.wrongSecrets + ["[]", "[\"in plain sight\"]", "{\"env\": \"A_SECRET\"}"],
            schema: schema
        ) { value, path, reader in
            guard value.kind == .array else {
                return sealingKey(value, path, reader).map { [$0] }
            }
            let items = Array(value.elements)
            if items.isEmpty { reader.fault(at: value, path, "must not be empty") }
            return items.enumerated().compactMap { sealingKey($1, path[$0], reader) }
        }
    }

    private static func sealingKey(_ value: JSONValue, _ path: SettingPath, _ reader: SettingReader) -> Secret? {
        guard let secret = SettingKind<Secret>.secret.read(value, path, reader) else { return nil }
        guard let bytes = Base64.decode(secret.text), bytes.count == 32 else {
            reader.fault(
                at: value, path, "the secret must be exactly 32 bytes in base64: make one with openssl rand -base64 32")
            return nil
        }
        return Secret(bytes: bytes)
    }
}
