internal import JSON
internal import Text

extension SettingKind {
    /// The path of an existing file, and its converted content.
    ///
    /// - Parameter isSecret: true to warn if users other than the file's owner can read it.
    package static func file(
        _ noun: String, good: String, wrong: [String], isSecret: Bool = false,
        _ convert: @escaping @Sendable (_ path: String, _ bytes: [UInt8]) throws(SettingError) -> Value
    ) -> SettingKind {
        let noun = "the path of \(noun)"
        let path = SettingKind<String>.text(noun, good: []) { $0 }
        return SettingKind(
            noun, good: ["\"\(good)\""], wrong: path.wrong + (["no-such-file"] + wrong).map { "\"\($0)\"" },
            schema: path.schema
        ) { value, place, reader in
            guard let name = path.read(value, place, reader), let bytes = reader.content(of: name, for: value, place)
            else { return nil }
            if isSecret { reader.warnIfExposed(reader.resolved(name), at: value, place) }
            do throws(SettingError) {
                return try convert(reader.resolved(name), bytes)
            } catch {
                reader.fault(at: value, place, "the file \(quoted(reader.resolved(name))) \(error.message)")
                return nil
            }
        }
    }
}

extension SettingKind<PEMFile> {
    /// A PEM file with at least one block of this label.
    ///
    /// - Parameter isSecret: true to warn if users other than the file's owner can read it.
    package static func pem(_ noun: String, label: String, good: String, isSecret: Bool = false) -> SettingKind {
        file(noun, good: good, wrong: ["a.secret"], isSecret: isSecret) {
            (path, bytes) throws(SettingError) -> PEMFile in
            guard let text = String(validating: bytes, as: UTF8.self), text.holds(exactly: "\(label)-----"),
                text.holds(exactly: "-----BEGIN ")
            else { throw SettingError("has no PEM block \"\(label)\"") }
            return PEMFile(path: path)
        }
    }
}

/// A file that existed when the configuration was read.
package struct PEMFile: Sendable, Hashable {
    package let path: String
}
