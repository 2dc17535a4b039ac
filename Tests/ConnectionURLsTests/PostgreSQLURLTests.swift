import ConnectionURLs
import Testing

@Suite("URLs of PostgreSQL")
struct PostgreSQLURLTests {
    private func url(_ text: String) throws -> PostgreSQLURL { try PostgreSQLURL(text) }

    private func names(_ url: PostgreSQLURL) -> [String] { url.hosts.map { "\($0.name) \($0.port ?? 0)" } }

    @Test(
        "the parts of a URL are those that libpq reads",
        arguments: [
            (
                "postgresql://u%40x@h1,[::1]:6432/my%20d?target_session_attrs=primary", "u@x", "my d",
                ["h1 0", "::1 6432"]
            ),
            ("postgresql://?host=/run/a,/run/b&port=1&dbname=d&user=v", "v", "d", ["/run/a 1", "/run/b 1"]),
            ("postgresql://?host=h,i&port=1,2&dbname=d", nil, "d", ["h 1", "i 2"]),
            ("postgresql://%2Frun%2Fa/d", nil, "d", ["/run/a 0"]), ("postgresql://h/d", nil, "d", ["h 0"]),
            ("postgresql://h:65535/d?sslmode=disable", nil, "d", ["h 65535"]),
            ("postgresql://u@h/%C3%A9", "u", "\u{E9}", ["h 0"]),
            ("postgresql://u@h?dbname=d", "u", "d", ["h 0"]),
        ] as [(String, String?, String, [String])])
    func parts(_ text: String, _ user: String?, _ database: String, _ hosts: [String]) throws {
        let url = try url(text)
        #expect(url.text == text && url.user == user && url.database == database && names(url) == hosts)
    }

    @Test(
        "a password is refused wherever libpq would find one, and no message quotes it",
        arguments: [
            "postgresql://u:hunter2@h/d", "postgresql://u:@h/d", "postgresql://:hunter2@h/d",
            "postgresql://u:hun%40ter2@h/d", "postgresql://u:hun?hunter2@h/d", "postgresql://h?a:hunter2@h/d",
            "postgresql://u@h/d?password=hunter2", "postgresql://u@h/d?p%61ssword=hunter2",
            "postgresql://u@h/d?user=u&password=hunter2",
        ])
    func password(_ text: String) {
        let error = #expect(throws: PostgreSQLURL.SyntaxError.self) { try url(text) }
        #expect(error?.message.contains("\"password\"") == true && error?.message.contains("hunter2") == false)
    }

    @Test(
        "what lets another machine pose as the database, or may reach a standby, is odd",
        arguments: [
            ("postgresql://h/d", "sslmode=verify-full"), ("postgresql://h/d?sslmode=require", "sslmode=verify-full"),
            ("postgresql://127.0.0.1,h/d?target_session_attrs=primary", "sslmode=verify-full"),
            ("postgresql://h,i/d?sslmode=verify-ca&target_session_attrs=any", "target_session_attrs"),
            ("postgresql://h/d?sslmode=verify-full", nil), ("postgresql://127.0.0.1/d", nil),
            ("postgresql://[::1]/d?sslmode=disable", nil), ("postgresql://localhost/d", nil),
            ("postgresql:///d?host=/run/postgresql", nil),
            ("postgresql://h,i/d?sslmode=verify-full", nil),
        ] as [(String, String?)])
    func oddities(_ text: String, _ words: String?) throws {
        let oddities = try url(text).oddities
        #expect(oddities.count == (words == nil ? 0 : 1) && oddities.first?.contains(words ?? "") ?? true)
    }

    @Test("URLs are compared by octets")
    func equality() throws {
        #expect(try url("postgresql://h/d") == url("postgresql://h/d"))
        #expect(try url("postgresql://h/d") != url("postgresql://H/d"))
    }
}
