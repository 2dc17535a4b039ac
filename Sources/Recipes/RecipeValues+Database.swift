internal import Addresses
internal import ConnectionURLs
internal import Text

/// The values of the file of a pooler in front of the database.
extension RecipeValues {
    /// The usual ports of PostgreSQL and of PgBouncer.
    private static let (databasePort, poolerPort) = (UInt16(5432), UInt16(6432))

    /// - Throws: what the file cannot express.
    var pooler: TemplateValues {
        get throws(RecipeFault) {
            // With "direct", the other URL already leads to a pooler.
            let database = database?.direct ?? database?.url
            let hosts = database?.hosts ?? []
            guard hosts.count <= 1 else {
                throw RecipeFault(
                    "PgBouncer does not find the primary among several hosts: give one host that leads to the primary")
            }
            let host = hosts.first?.name ?? "127.0.0.1"
            let port = hosts.first?.port ?? RecipeValues.databasePort
            let own = self.database?.direct == nil ? nil : self.database?.url.hosts.first
            let listenHost = own.flatMap { IPAddress($0.name) == nil ? nil : $0.name } ?? "127.0.0.1"
            let listenPort = own?.port ?? (port == RecipeValues.poolerPort ? port + 1 : RecipeValues.poolerPort)
            return [
                "host": .text(host), "url_host": .text(host.holds(":") ? "[\(host)]" : host), "port": .number(port),
                "is_socket": .flag(host.starts(exactly: "/")),
                "verifies": .flag(!(hosts.first?.isLocal ?? true)),
                "database": .text(database?.database ?? "gatehouse"),
                "user": .text(database?.user ?? "gatehouse"),
                "listen_host": .text(listenHost),
                "listen_url_host": .text(listenHost.holds(":") ? "[\(listenHost)]" : listenHost),
                "listen_port": .number(listenPort),
            ]
        }
    }
}
