public import Addresses
public import ConnectionURLs
public import HTTPMessage
public import Sockets

/// What recipes need to know of a gateway.
public struct RecipeValues: Sendable {
    /// An upstream.
    public struct Upstream: Sendable {
        let id: String
        /// Scheme, host and port.
        let origin: AbsoluteURL
        /// True if the gateway itself is the reverse proxy.
        let isProxied: Bool
        let passesAuthorization: Bool

        public init(id: String, origin: AbsoluteURL, isProxied: Bool, passesAuthorization: Bool) {
            (self.id, self.origin) = (id, origin)
            (self.isProxied, self.passesAuthorization) = (isProxied, passesAuthorization)
        }
    }

    /// A database of PostgreSQL.
    public struct Database: Sendable {
        let url: PostgreSQLURL
        /// The way past a pooler.
        let direct: PostgreSQLURL?

        public init(url: PostgreSQLURL, direct: PostgreSQLURL?) {
            (self.url, self.direct) = (url, direct)
        }
    }

    let publicURL: AbsoluteURL
    /// True if the gateway serves HTTPS itself.
    let servesTLS: Bool
    let listen: [SocketAddress]
    let forwardAuthListen: SocketAddress?
    let adminListen: SocketAddress?
    let trustedProxies: [AddressRange]
    /// The path of the configuration.
    let configurationFile: String
    /// The folder of the database, if it is not the usual one.
    let storageFolder: String?
    let drainDelay: Duration
    let upstreams: [Upstream]
    /// The database of PostgreSQL; nil for a file.
    let database: Database?

    /// - Parameters:
    ///   - listen: the public listeners; at least one.
    ///   - configurationFile: an absolute path.
    ///   - storageFolder: an absolute path; nil for `/var/lib/gatehouse`.
    public init(
        publicURL: AbsoluteURL, servesTLS: Bool, listen: [SocketAddress], forwardAuthListen: SocketAddress?,
        adminListen: SocketAddress?, trustedProxies: [AddressRange], configurationFile: String, storageFolder: String?,
        drainDelay: Duration, upstreams: [Upstream], database: Database? = nil
    ) {
        (self.publicURL, self.servesTLS, self.listen) = (publicURL, servesTLS, listen)
        (self.forwardAuthListen, self.adminListen) = (forwardAuthListen, adminListen)
        (self.trustedProxies, self.upstreams) = (trustedProxies, upstreams)
        (self.configurationFile, self.storageFolder, self.drainDelay) = (configurationFile, storageFolder, drainDelay)
        self.database = database
    }

    /// A gateway and an application on loopback; nil never happens, since the texts are constant.
    public static var example: RecipeValues? {
        guard let publicURL = AbsoluteURL("http://localhost:8080"),
            let origin = AbsoluteURL("http://reports.localhost:8080"), let loopback = AddressRange("127.0.0.1/32")
        else { return nil }
        return RecipeValues(
            publicURL: publicURL, servesTLS: false, listen: [SocketAddress(host: "127.0.0.1", port: 8081)],
            forwardAuthListen: SocketAddress(host: "127.0.0.1", port: 9092),
            adminListen: SocketAddress(host: "127.0.0.1", port: 9091), trustedProxies: [loopback],
            configurationFile: "/etc/gatehouse/gatehouse.jsonc", storageFolder: nil, drainDelay: .zero,
            upstreams: [Upstream(id: "reports", origin: origin, isProxied: false, passesAuthorization: false)])
    }

    var adminAddress: SocketAddress {
        get throws(RecipeFault) {
            guard let adminListen else {
                throw RecipeFault(
                    "the recipe asks the admin listener: set \"admin_listen\", such as \"127.0.0.1:9091\"")
            }
            return try RecipeValues.reachable(adminListen, "admin_listen")
        }
    }

    /// The address at which another program on the same machine reaches a listener.
    static func reachable(_ address: SocketAddress, _ setting: String) throws(RecipeFault) -> SocketAddress {
        guard address.port != 0 else { throw RecipeFault("\"\(setting)\" needs a port other than 0") }
        guard let ip = IPAddress(address.host), ip.isUnspecified else { return address }
        return SocketAddress(host: ip.bytes.count == 4 ? "127.0.0.1" : "::1", port: address.port)
    }
}
