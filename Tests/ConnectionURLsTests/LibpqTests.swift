#if PostgreSQL
    import CPostgreSQL
    import ConnectionURLs
    import Testing

    /// What libpq itself reads in a URL. A URL must not mean one place to a check and another one to the connection.
    @Suite("URLs as libpq reads them")
    struct LibpqTests {
        /// Returns the values that libpq finds; nil if it refuses the text.
        private func parsed(_ text: String) -> [String: String]? {
            guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
            defer { unsafe PQconninfoFree(options) }
            var values: [String: String] = [:]
            var option = unsafe options
            while let keyword = unsafe option.pointee.keyword {
                if let value = unsafe option.pointee.val {
                    unsafe values[String(cString: keyword)] = String(cString: value)
                }
                unsafe option += 1
            }
            return values
        }

        /// Pieces of URLs, of which texts are put together.
        private static let users = ["", "u@", "u%40@", "u:p@", ":p@", "@", "u@v@", "u%3Ap@", "u?@"]
        private static let hosts = [
            "", "h", "h:1", "h,i", "h:1,i:2", "[::1]", "[::1]:5", "%2Frun", "h%2Ci", "h:", "h@i",
        ]
        private static let paths = ["", "/", "/d", "/d%20e", "/d/e", "/d@e", "/%00", "/d%"]
        private static let queries = [
            "", "?", "?host=i", "?host=/run&port=7", "?dbname=e", "?user=v", "?password=p", "?sslmode=require&port=1",
            "?user=v@w", "?user=v%40w", "?sslmode", "?sslmode=require&sslmode=disable", "?hostaddr=10.0.0.1",
        ]

        @Test("every accepted text means the same to libpq, and holds no password", arguments: users)
        func agreement(_ user: String) throws {
            var accepted = 0
            for host in LibpqTests.hosts {
                for path in LibpqTests.paths {
                    for query in LibpqTests.queries {
                        let text = "postgresql://\(user)\(host)\(path)\(query)"
                        guard let url = try? PostgreSQLURL(text) else { continue }
                        accepted += 1
                        let values = try #require(parsed(text), "libpq refuses \(text)")
                        #expect(values["password"] == nil, "\(text)")
                        #expect(values["user"] == url.user && values["dbname"] == url.database, "\(text)")
                        #expect(values["host"] == url.hosts.map(\.name).joined(separator: ","), "\(text)")
                        let ports = (values["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
                        let expected = url.hosts.map { $0.port.map { "\($0)" } ?? "" }
                        let all = ports.count == 1 ? url.hosts.map { _ in String(ports[0]) } : ports.map { String($0) }
                        #expect(all == expected, "\(text)")
                    }
                }
            }
            let isValid = user.isEmpty || user == "u@" || user == "u%40@" || user == "u%3Ap@"
            #expect((accepted > 0) == isValid)
        }
    }
#endif
