public import ConnectionURLs
public import Cryptography
internal import JSON
package import SettingDeclarations
internal import Text

/// A database of PostgreSQL, which any number of processes share.
public struct PostgreSQLSettings: Sendable, Equatable {
    public let url: PostgreSQLURL
    /// The password of the user; nil if another method authenticates the connection.
    public let password: Secret?
    /// The most connections of one process, besides the one that follows changes.
    public let connections: Int
    /// The way to the database past a pooler; nil if ``url`` leads to the database itself.
    public let direct: PostgreSQLURL?

    static let usualConnections = 8

    init(url: PostgreSQLURL, password: Secret? = nil) {
        (self.url, self.password, connections, direct) = (url, password, PostgreSQLSettings.usualConnections, nil)
    }

    public static func == (one: PostgreSQLSettings, other: PostgreSQLSettings) -> Bool {
        one.url == other.url && one.password?.bytes == other.password?.bytes && one.connections == other.connections
            && one.direct == other.direct
    }
}

extension PostgreSQLSettings: Section {
    static let postgreSQL = Setting(
        "postgresql", .postgreSQLURL, .required,
        "The database of PostgreSQL, as a URL that libpq reads, without a password.")
    static let password = Setting("password", .secret, .optional, "The password of the URL's user.")
    static let connections = Setting(
        "connections", .integer(in: 2...500), .byDefault("\(usualConnections)"),
        "The most connections of one process, besides one that follows changes.")
    static let direct = Setting(
        "direct", .postgreSQLURL, .optional,
        example: "\"postgresql://gatehouse@db.example.com/gatehouse?sslmode=verify-full\"",
        "A URL that leads past a pooler to the same database, for following changes. Without it, a gateway behind a "
            + "pooler polls.")

    package static let settings = [
        DeclaredSetting(postgreSQL), DeclaredSetting(password), DeclaredSetting(connections), DeclaredSetting(direct),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = PostgreSQLSettings
        guard let url = members[S.postgreSQL], let connections = members[S.connections],
            !members.has(S.password) || members[S.password] != nil,
            !members.has(S.direct) || members[S.direct] != nil
        else { return nil }
        (self.url, password) = (url, members[S.password])
        (self.connections, direct) = (connections, members[S.direct])
    }
}

extension SettingKind<PostgreSQLURL> {
    /// A URL, or a reference to a secret that contains one.
    static var postgreSQLURL: SettingKind {
        let noun = "\(PostgreSQLURL.noun), or \(SettingReader.secretNoun) that contains one"
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.name("oneOf")
            writer.beginArray()
            writer.beginObject()
            writer.member("type", "string")
            writer.member("pattern", "^postgresql://.+$")
            writer.endObject()
            writer.beginObject()
            SettingReader.writeSecretSchema(to: &writer)
            writer.endObject()
            writer.endArray()
        }
        return SettingKind(
            noun, good: PostgreSQLURL.good + ["{\"env\": \"POSTGRESQL\"}"],
            wrong: PostgreSQLURL.wrong + SettingReader.wrongSecrets, schema: schema
        ) { value, path, reader in
            guard let text = reader.plainOrSecret(value, path, noun) else { return nil }
            do throws(PostgreSQLURL.SyntaxError) {
                let url = try PostgreSQLURL(text)
                for oddity in url.oddities { reader.warn(at: value, path, oddity) }
                return url
            } catch {
                reader.fault(at: value, path, error.message)
                return nil
            }
        }
    }
}

extension SettingReader {
    /// Returns a text of the file, or that of a reference to a secret.
    func plainOrSecret(_ value: JSONValue, _ path: SettingPath, _ noun: String) -> String? {
        if let text = value.string { return text }
        guard value.kind == .object else {
            fault(at: value, path, "must be \(noun), not \(value.kindNoun)")
            return nil
        }
        return secret(value, path)?.text
    }
}

extension PostgreSQLURL {
    /// JSON texts that settings accept.
    static let good = [
        "postgresql://gatehouse@db.example.com/gatehouse?sslmode=verify-full",
        "postgresql://u@h1,h2:5432/d?target_session_attrs=read-write&sslmode=verify-full",
        "postgresql://127.0.0.1/d", "postgresql://u@[::1]:6432/d", "postgresql:///d?host=/run/postgresql",
        "postgresql://u%40x@%2Frun%2Fpostgresql/my%20d", "postgresql://?host=h1,h2&port=1,2&dbname=d&user=u",
        "postgresql://u@h/d?hostaddr=10.0.0.1&connect_timeout=3&sslrootcert=/etc/ssl/db.pem",
    ].map { "\"\($0)\"" }

    /// JSON texts that settings refuse.
    static let wrong =
        [
            "", "postgresql:", "postgresql://", "postgres://u@h/d", "Postgresql://u@h/d", "mysql://u@h/d",
            "sqlite:g.db",
            "host=h dbname=d", "postgresql://h", "postgresql://h/", "postgresql:///d", "postgresql://u@/d",
            "postgresql://@h/d", "postgresql://u:hunter2@h/d", "postgresql://u:@h/d", "postgresql://u:hun/ter2@h/d",
            "postgresql://u:hun?ter2@h/d", "postgresql://u:hun@ter2@h/d", "postgresql://u@h/d?password=hunter2",
            "postgresql://u@h/d?pass%77ord=hunter2", "postgresql://u@h/d?sslpassword=hunter2",
            "postgresql://u@h/d?passfile=/p", "postgresql://u@h/d?service=s", "postgresql://u@h/d?options=-c%20a%3Db",
            "postgresql://u@h/d?ssl=true", "postgresql://u@h/d?hunter2", "postgresql://u@h/d?hunter2=1",
            "postgresql://u@h/d?sslmode", "postgresql://u@h/d?sslmode=a=b", "postgresql://u@h/d?sslmode=on",
            "postgresql://u@h/d?sslmode=require&sslmode=disable", "postgresql://u@h/d?host=i",
            "postgresql://u@h/d?port=1", "postgresql://u@h/d?user=v", "postgresql://u@h/d?dbname=e",
            "postgresql://u@h/d?", "postgresql://u@h/d?sslrootcert=db.pem", "postgresql://u@h/d?connect_timeout=-1",
            "postgresql://u@h/d?hostaddr=h", "postgresql://u@h,i/d?hostaddr=10.0.0.1",
            "postgresql://u@h/d?target_session_attrs=standby", "postgresql://u@h:/d", "postgresql://u@h:0/d",
            "postgresql://u@h:65536/d", "postgresql://u@h:99999999999/d", "postgresql://u@h:-1/d",
            "postgresql://u@h,/d",
            "postgresql://u@[::1/d", "postgresql://u@[h]/d", "postgresql://u@::1/d", "postgresql://u@h%2Ci/d",
            "postgresql://u@h_-/d", "postgresql:///d?host=h1,h2&port=1,2,3", "postgresql:///d?host=@abstract",
            "postgresql://u@h/d%00", "postgresql://u@h/d%0A", "postgresql://u@h/d%FF", "postgresql://u@h/d%2",
            "postgresql://u@h/d%zz", "postgresql://u@h/d/e", "postgresql://u@h/d#f", "postgresql://u@h/d e",
            "postgresql://u@h/d\u{E9}",
        ].map { "\"\($0)\"" } + [#""postgresql://u@h/d\u0000""#]
}
