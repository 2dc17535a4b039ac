import ConnectionURLs
import HTTPMessage
import Sockets
import Testing

@testable import Recipes

@Suite("The recipe of PgBouncer")
struct PoolerRecipeTests {
    private func text(_ url: String?, direct: String? = nil) throws -> String {
        let database = try url.map { url in
            RecipeValues.Database(url: try PostgreSQLURL(url), direct: try direct.map { try PostgreSQLURL($0) })
        }
        let values = RecipeValues(
            publicURL: try #require(AbsoluteURL("https://a.example")), servesTLS: true,
            listen: [try #require(SocketAddress("127.0.0.1:1"))], forwardAuthListen: nil, adminListen: nil,
            trustedProxies: [], configurationFile: "/g.jsonc", storageFolder: nil, drainDelay: .zero, upstreams: [],
            database: database)
        return String(decoding: try Recipe.pgbouncer.text(for: values), as: UTF8.self)
    }

    @Test("the database is that of the URL, and the hint leads through the pooler and past it")
    func remote() throws {
        let file = try text("postgresql://u@db.example.com/d?sslmode=verify-full")
        #expect(file.contains("\nd = host=db.example.com port=5432 dbname=d\n"))
        #expect(file.contains("\"postgresql\": \"postgresql://u@127.0.0.1:6432/d\""))
        #expect(file.contains("\"direct\": \"postgresql://u@db.example.com:5432/d?sslmode=verify-full\""))
        #expect(file.contains("\nserver_tls_sslmode = verify-full\n"))
    }

    @Test("with direct, the pooler listens where the other URL leads")
    func direct() throws {
        let file = try text("postgresql://u@127.0.0.2:7000/d", direct: "postgresql://u@[::1]:5433/d")
        #expect(file.contains("\nd = host=::1 port=5433 dbname=d\n") && !file.contains("server_tls"))
        #expect(file.contains("\nlisten_addr = 127.0.0.2\nlisten_port = 7000\n"))
        #expect(file.contains("\"direct\": \"postgresql://u@[::1]:5433/d\""))
    }

    @Test("a database behind a socket is reached by its folder")
    func socket() throws {
        let file = try text("postgresql:///d?host=/run/postgresql&user=u")
        #expect(file.contains("\nd = host=/run/postgresql port=5432 dbname=d\n"))
        #expect(file.contains("\"direct\": \"postgresql://u@/d?host=/run/postgresql&port=5432\""))
    }

    @Test("a pooler never listens at the database's own port")
    func ports() throws {
        #expect(try text("postgresql://u@127.0.0.1:6432/d").contains("\nlisten_port = 6433\n"))
    }

    @Test("several hosts and names that mean something in the file are refused")
    func refused() throws {
        #expect(throws: RecipeFault.self) { try text("postgresql://u@h,i/d") }
        #expect(throws: RecipeFault.self) { try text("postgresql://u@h/a%20b") }
        #expect(throws: RecipeFault.self) { try text("postgresql://u%3B@h/d") }
    }
}
