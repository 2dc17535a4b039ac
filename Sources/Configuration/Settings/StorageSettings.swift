internal import ConnectionURLs
public import Cryptography
internal import JSON
internal import SettingDeclarations
internal import Text

/// The location of the gateway's durable data.
public enum StorageSettings: Sendable, Equatable {
    /// The path of the database file, resolved. SQLite keeps further files beside it, with suffixes to its name.
    case sqlite(path: String)
    /// A database of PostgreSQL. A build without the trait has no such value.
    case postgreSQL(PostgreSQLSettings)

    /// True if this build can keep its data in PostgreSQL.
    public static var hasPostgreSQL: Bool {
        #if PostgreSQL
            true
        #else
            false
        #endif
    }

    /// The reason why a build without the trait refuses PostgreSQL, and the command that builds with it.
    public static let buildAdvice =
        "needs a build with PostgreSQL, which this one is without: build with "
        + "\"swift build -c release --traits PostgreSQL\", or write \"sqlite:PATH\""

    /// Reads the place of a store from a command's arguments.
    ///
    /// - Parameters:
    ///   - text: `sqlite:PATH`, or `postgresql://…` without a password.
    ///   - password: the password of the user that the URL names.
    /// - Throws: what is wrong, in words that follow the name of the argument. They never quote the text.
    public init(argument text: String, password: Secret? = nil) throws(StorageError) {
        do throws(SettingError) {
            self = try StorageSettings(text, password: password) { $0 }
        } catch {
            throw StorageError(description: error.message)
        }
        guard case .postgreSQL = self else { return }
        guard StorageSettings.hasPostgreSQL else { throw StorageError(description: StorageSettings.buildAdvice) }
    }

    /// The text may contain a password, so no message quotes it.
    fileprivate init(
        _ text: String, password: Secret? = nil, resolving: (String) -> String
    ) throws(SettingError) {
        if text.starts(exactly: "postgresql:") || text.starts(exactly: "postgres:") {
            do throws(PostgreSQLURL.SyntaxError) {
                self = .postgreSQL(PostgreSQLSettings(url: try PostgreSQLURL(text), password: password))
            } catch {
                throw SettingError(error.message)
            }
            return
        }
        guard let path = text.dropping(exactly: "sqlite:") else {
            throw SettingError("must begin with \"sqlite:\" or \"postgresql://\"")
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
        self = .sqlite(path: resolving(String(path)))
    }
}

/// The reason why an argument names no store, in words that follow the name of the argument.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// The way in which the tables of a store follow the program.
public enum MigrationSettings: String, Sendable, CaseIterable {
    /// Commands bring the tables up to date when they open the store.
    case automatically
    /// Only `gatehouse migrate` does.
    case manually
}

extension SettingKind<StorageSettings> {
    static var storage: SettingKind {
        let place = SettingKind<PostgreSQLSettings>.section
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
            writer.beginObject()
            place.schema(&writer)
            writer.endObject()
            writer.endArray()
        }
        let noun =
            "\"sqlite:PATH\", \"postgresql://USER@HOST/DATABASE\", \(SettingReader.secretNoun) that contains such a "
            + "text, or an object"
        let ofPostgreSQL =
            PostgreSQLURL.good + [
                "{\"env\": \"POSTGRESQL\"}",
                "{\"postgresql\": {\"env\": \"POSTGRESQL\"}, \"password\": {\"env\": \"A_SECRET\"}, \"connections\": 2, "
                    + "\"direct\": \(PostgreSQLURL.good[0])}",
            ]
        let ofSQLite = ["\"sqlite:gatehouse.db\"", "{\"env\": \"STORAGE\"}"]
        let wrong =
            [
                "7", "[]", "null", "{}", "\"gatehouse.db\"", "\"sqlite:\"", "\"sqlite://x.db\"", "\"sqlite:///x.db\"",
                "\"sqlite:a\\u0000b\"", "{\"env\": \"NO_SUCH_VARIABLE\"}", "{\"env\": \"A_SECRET\"}",
                "{\"sqlite\": \"gatehouse.db\"}", "{\"postgresql\": \"sqlite:g.db\"}",
                "{\"postgresql\": \(PostgreSQLURL.good[0]), \"file\": \"a.secret\"}",
            ] + PostgreSQLURL.wrong.filter { $0 != "\"sqlite:g.db\"" }
        let isBuilt = StorageSettings.hasPostgreSQL
        var kind = SettingKind(
            noun, good: ofSQLite + (isBuilt ? ofPostgreSQL : []), wrong: wrong + (isBuilt ? [] : ofPostgreSQL),
            schema: schema
        ) { value, path, reader in
            guard let storage = read(value, path, reader, noun: noun, place: place) else { return nil }
            if case .postgreSQL = storage, !isBuilt {
                reader.fault(at: value, path, StorageSettings.buildAdvice)
                return nil
            }
            return storage
        }
        kind.section = (PostgreSQLSettings.settings, false)
        return kind
    }

    private static func read(
        _ value: JSONValue, _ path: SettingPath, _ reader: SettingReader, noun: String,
        place: SettingKind<PostgreSQLSettings>
    ) -> StorageSettings? {
        let isReference = value.member("env") != nil || value.member("file") != nil
        if value.kind == .object, !isReference || value.member("postgresql") != nil {
            return place.read(value, path, reader).map { .postgreSQL($0) }
        }
        guard let text = reader.plainOrSecret(value, path, noun) else { return nil }
        do throws(SettingError) {
            let storage = try StorageSettings(text, resolving: reader.resolved)
            if case .postgreSQL(let settings) = storage {
                for oddity in settings.url.oddities { reader.warn(at: value, path, oddity) }
            }
            return storage
        } catch {
            reader.fault(at: value, path, error.message)
            return nil
        }
    }
}
