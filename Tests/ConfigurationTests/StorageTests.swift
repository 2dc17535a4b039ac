import ConnectionURLs
import Cryptography
import Testing

@testable import Configuration

@Suite("Storage")
struct StorageTests {
    @Test(
        "a wrong storage is refused with what to do, and its text is never quoted",
        arguments: [
            ("postgresql://u:hunter2@h/d", "use \"password\""), ("postgresql://u@h/d?password=hunter2", "\"password\""),
            ("postgresql://u@h/d?sslpassword=hunter2", "without a passphrase"),
            ("postgresql://u:hunter2/@h/d", "write @ as %40"), ("postgresql://u:hun@ter2@h/d", "use \"password\""),
            ("postgresql://hunter2", "name the database"), ("postgresql://u@h:hunter2/d", "ports from 1 to 65535"),
            ("postgresql://u@h/d?hunter2", "pairs NAME=VALUE"), ("postgresql://u@h/d?hunter2=1", "no other parameters"),
            ("postgresql://u@h/d?sslmode=hunter2", "one of verify-full"), ("postgresql:///hunter2", "name a host"),
            ("postgresql://u@h/d?ssl_mode=require", "did you mean \"sslmode\"?"),
            ("postgresql://u@h/d?service=hunter2", "write out"), ("postgresql://u@h/hunter2#", "percent-encode"),
            ("postgres://u@h/d", "must begin with \"postgresql://\""), ("mysql://u:hunter2@h/d", "must begin with"),
            ("sqlite:", "must name a file"),
        ])
    func wrong(_ text: String, _ words: String) {
        let places = text == "sqlite:" || text.hasPrefix("mysql") ? ["storage"] : ["storage", "storage.postgresql"]
        for place in places {
            let storage = place == "storage" ? "\"\(text)\"" : "{\"postgresql\": \"\(text)\"}"
            let faults = TestFiles.faults(TestFiles.file(#""reactors": 1"#, storage: storage))
            #expect(faults.count == 1 && faults[0].path == place && faults[0].message.contains(words), "\(faults)")
            #expect(!faults.description.contains("hunter2") && !faults.description.contains("ter2@"))
        }
        let direct = #"{"postgresql": "postgresql://127.0.0.1/d", "direct": "\#(text)"}"#
        let faults = TestFiles.faults(TestFiles.file(#""reactors": 1"#, storage: direct))
        #expect(faults.map(\.path) == ["storage.direct"] && !faults.description.contains("hunter2"), "\(faults)")
    }

    @Test("a password in an argument is refused too, and not quoted")
    func argumentWithPassword() {
        let error = #expect(throws: StorageError.self) {
            try StorageSettings(argument: "postgresql://u:hunter2@h/d")
        }
        #expect(error?.description.contains("use \"password\"") == true && !"\(error as Any)".contains("hunter2"))
        #expect(throws: Never.self) { try StorageSettings(argument: "sqlite:g.db") }
    }

    @Test("tables are brought up to date automatically, unless the configuration says otherwise")
    func migrate() throws {
        #expect(try TestFiles.parse(TestFiles.file(#""reactors": 1"#)).migrate == .automatically)
        #expect(try TestFiles.parse(TestFiles.file(#""migrate": "manually""#)).migrate == .manually)
    }

    #if PostgreSQL
        private func url(_ text: String) throws -> PostgreSQLURL { try PostgreSQLURL(text) }

        private func parse(_ storage: String) throws -> PostgreSQLSettings {
            let settings = try TestFiles.parse(TestFiles.file(#""reactors": 1"#, storage: storage))
            guard case .postgreSQL(let place) = settings.storage else { throw StorageError(description: "SQLite") }
            return place
        }

        @Test("every form of storage is read")
        func forms() throws {
            let text = "postgresql://u@h/d?sslmode=verify-full"
            #expect(try parse("\"\(text)\"") == PostgreSQLSettings(url: try url(text)))
            #expect(try parse(#"{"env": "POSTGRESQL"}"#) == PostgreSQLSettings(url: try url(text)))
            let whole = try parse(
                #"{"postgresql": {"env": "POSTGRESQL"}, "password": {"file": "a.secret"}, "connections": 500,"#
                    + #" "direct": "postgresql://127.0.0.1/d"}"#)
            #expect(whole.url == (try url(text)) && whole.password?.text == "hello" && whole.connections == 500)
            #expect(whole.direct?.text == "postgresql://127.0.0.1/d")
            #expect(try parse(#"{"postgresql": "\#(text)"}"#).connections == 8)
            #expect(!"\(whole)".contains("hello"))
        }

        @Test("two settings are the same only if all of their parts are")
        func equality() throws {
            let first = PostgreSQLSettings(url: try url("postgresql://h/d"), password: Secret(bytes: [1]))
            #expect(first == PostgreSQLSettings(url: try url("postgresql://h/d"), password: Secret(bytes: [1])))
            #expect(first != PostgreSQLSettings(url: try url("postgresql://h/d"), password: Secret(bytes: [2])))
            #expect(first != PostgreSQLSettings(url: try url("postgresql://h/e"), password: Secret(bytes: [1])))
        }

        @Test("an argument names a store with a password of its own")
        func argument() throws {
            let secret = Secret(bytes: Array("s".utf8))
            let expected = StorageSettings.postgreSQL(
                PostgreSQLSettings(url: try url("postgresql://h/d"), password: secret))
            #expect(try StorageSettings(argument: "postgresql://h/d", password: secret) == expected)
        }
    #else
        @Test("a build without the trait says how to build with it", arguments: PostgreSQLURL.good)
        func build(_ storage: String) {
            let faults = TestFiles.faults(TestFiles.file(#""reactors": 1"#, storage: storage))
            #expect(faults.map(\.path) == ["storage"])
            #expect(faults.first?.message.contains("swift build -c release --traits PostgreSQL") == true)
            let error = #expect(throws: StorageError.self) { try StorageSettings(argument: "postgresql://h/d") }
            #expect(error?.description.contains("--traits PostgreSQL") == true)
        }
    #endif
}
