internal import Cryptography
internal import Files
internal import JSON
internal import SettingDeclarations
internal import Text

/// The location of the gateway's durable data.
public enum StorageSettings: Sendable, Hashable {
    /// The path of the database file, resolved. SQLite keeps further files beside it, with suffixes to its name.
    case sqlite(path: String)

    /// True if the database already exists.
    public var exists: Bool {
        switch self {
        case .sqlite(let path): FileContent.exists(path)
        }
    }
}

extension SettingKind<StorageSettings> {
    static var storage: SettingKind {
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.name("oneOf")
            writer.beginArray()
            writer.beginObject()
            writer.member("type", "string")
            writer.member("pattern", "^(sqlite:/?[^/].*|postgresql://.+)$")
            writer.endObject()
            writer.beginObject()
            SettingReader.writeSecretSchema(to: &writer)
            writer.endObject()
            writer.endArray()
        }
        let noun = "\"sqlite:PATH\", or \(SettingReader.secretNoun) that contains such a text"
        return SettingKind(
            noun, good: ["\"sqlite:gatehouse.db\"", "{\"env\": \"STORAGE\"}"],
            wrong: [
                "7", "[]", "\"\"", "\"gatehouse.db\"", "\"sqlite:\"", "\"sqlite://x.db\"", "\"sqlite:///x.db\"",
                "\"mysql://h/d\"", "\"postgresql://h/d\"",
                "\"sqlite:a\\u0000b\"", "{\"env\": \"NO_SUCH_VARIABLE\"}", "{\"env\": \"A_SECRET\"}",
            ],
            schema: schema
        ) { value, path, reader in
            let text: String
            if let plain = value.string {
                text = plain
            } else if value.kind == .object {
                guard let secret = reader.secret(value, path) else { return nil }
                text = secret.text
            } else {
                reader.fault(at: value, path, "must be \(noun), not \(value.kindNoun)")
                return nil
            }
            do throws(SettingError) {
                return .sqlite(path: reader.resolved(try sqlitePath(text)))
            } catch {
                reader.fault(at: value, path, error.message)
                return nil
            }
        }
    }

    // The text may contain a password, so no message quotes it.
    private static func sqlitePath(_ text: String) throws(SettingError) -> String {
        if text.starts(exactly: "postgresql:") || text.starts(exactly: "postgres:") {
            throw SettingError("this build lacks the trait PostgreSQL and stores in SQLite only: write \"sqlite:PATH\"")
        }
        guard let path = text.dropping(exactly: "sqlite:") else {
            throw SettingError(
                "must begin with \"sqlite:\" (\"postgresql://\" needs a build with the trait PostgreSQL)")
        }
        // Other programs write the path as a URL. A path contains no password, so it may be shown.
        if path.starts(exactly: "//") {
            let name = String(decoding: path.utf8.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
            let isAbsolute = path.starts(exactly: "///")
            throw SettingError(
                "must have no // after \"sqlite:\": write "
                    + (name.isEmpty ? "\"sqlite:PATH\"" : quoted("sqlite:\(isAbsolute ? "/" : "")\(name)")))
        }
        guard !path.isEmpty, !path.ends(exactly: "/"), !path.utf8.contains(0) else {
            throw SettingError("must name a file after \"sqlite:\"")
        }
        return String(path)
    }
}
