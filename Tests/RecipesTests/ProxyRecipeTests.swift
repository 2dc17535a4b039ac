import Addresses
import HTTPMessage
import Sockets
import Testing

@testable import Recipes

@Suite("Recipes of proxies")
struct ProxyRecipeTests {
    static let proxies: [Recipe] = [.nginx, .traefik, .caddy, .envoy, .haproxy]

    private func values(
        publicURL: String = "https://access.example.com", servesTLS: Bool = false, listen: String = "0.0.0.0:8443",
        forwardAuth: String? = "127.0.0.1:9092", trusted: String? = "127.0.0.0/8",
        upstreams: [(id: String, origin: String, isProxied: Bool)] = [
            ("reports", "https://reports.example.com", false)
        ],
        passesAuthorization: Bool = false
    ) throws -> RecipeValues {
        RecipeValues(
            publicURL: try #require(AbsoluteURL(publicURL)), servesTLS: servesTLS,
            listen: [try #require(SocketAddress(listen))], forwardAuthListen: forwardAuth.flatMap { SocketAddress($0) },
            adminListen: nil, trustedProxies: [trusted.flatMap { AddressRange($0) }].compactMap { $0 },
            configurationFile: "/etc/gatehouse/gatehouse.jsonc", storageFolder: nil, drainDelay: .zero,
            upstreams: try upstreams.map {
                RecipeValues.Upstream(
                    id: $0.id, origin: try #require(AbsoluteURL($0.origin)), isProxied: $0.isProxied,
                    passesAuthorization: passesAuthorization)
            })
    }

    private func text(_ recipe: Recipe, _ values: RecipeValues) throws -> String {
        String(decoding: try recipe.text(for: values), as: UTF8.self)
    }

    @Test("what the configuration lacks is named", arguments: proxies)
    func lacks(recipe: Recipe) throws {
        func fault(_ values: RecipeValues) -> String {
            do throws(RecipeFault) { _ = try recipe.text(for: values) } catch { return error.description }
            return "none"
        }
        #expect(fault(try values()) == "none")
        #expect(fault(try values(servesTLS: true)).contains("remove \"tls\""))
        #expect(fault(try values(listen: "127.0.0.1:0")).contains("\"listen\" needs a port"))
        #expect(fault(try values(listen: "127.0.0.1:443")).contains("change \"listen\""))
        #expect(fault(try values(forwardAuth: nil)).contains("set \"forward_auth_listen\""))
        #expect(fault(try values(trusted: nil)).contains("add \"127.0.0.1\" to \"trusted_proxies\""))
        #expect(fault(try values(trusted: "10.0.0.0/8")).contains("\"trusted_proxies\""))
        #expect(fault(try values(upstreams: [])).contains("add an upstream"))
        #expect(
            fault(try values(upstreams: [("a", "https://a.example.com", true)])).contains("without \"address\""))
        #expect(
            fault(try values(upstreams: [("a", "https://a.example.com:8443", false)])).contains(
                "another scheme or port"))
    }

    @Test("https is served on all addresses with a certificate, and http on loopback alone", arguments: proxies)
    func listens(recipe: Recipe) throws {
        let secure = try text(recipe, try values())
        #expect(secure.contains("/etc/ssl/gatehouse/"))
        let plain = try text(
            recipe,
            try values(publicURL: "http://localhost:8080", upstreams: [("a", "http://a.localhost:8080", false)]))
        #expect(!plain.contains("/etc/ssl/gatehouse/") && plain.contains("127.0.0.1"))
    }

    @Test("an upstream that the gateway proxies is passed to the gateway", arguments: proxies)
    func proxied(recipe: Recipe) throws {
        let both = try text(
            recipe,
            try values(upstreams: [
                ("wiki", "https://wiki.example.com", true), ("reports", "https://reports.example.com", false),
            ]))
        #expect(both.contains("wiki.example.com") && both.contains("127.0.0.1:3000") || recipe == .envoy)
        #expect(!both.contains("127.0.0.1:3001") && !both.contains("port_value: 3001"))
    }

    @Test("each application has an address of its own", arguments: proxies)
    func addresses(recipe: Recipe) throws {
        let both = try text(
            recipe,
            try values(upstreams: [
                ("wiki", "https://wiki.example.com", false), ("reports", "https://reports.example.com", false),
            ]))
        #expect(both.contains(recipe == .envoy ? "port_value: 3001" : "127.0.0.1:3001"))
    }

    @Test("credentials are removed unless the upstream is to have them", arguments: proxies)
    func credentials(recipe: Recipe) throws {
        let (kept, removed) = (
            try text(recipe, try values(passesAuthorization: true)), try text(recipe, try values())
        )
        #expect(kept != removed)
    }

    @Test("identity fields are copied from the gateway's answer, all of them", arguments: proxies)
    func fields(recipe: Recipe) throws {
        let file = try text(recipe, try values())
        for name in ProxyFields.identity + [ProxyFields.requestID] {
            #expect(file.contains(recipe == .envoy ? "- exact: \(name.lowercased())\n" : name) || recipe == .haproxy)
        }
    }
}

@Suite("Recipes of the process")
struct ProcessRecipeTests {
    private func text(_ recipe: Recipe, listen: String, admin: String?, storage: String? = nil) throws -> String {
        let values = RecipeValues(
            publicURL: try #require(AbsoluteURL("https://a.example")), servesTLS: true,
            listen: [try #require(SocketAddress(listen))], forwardAuthListen: nil,
            adminListen: admin.flatMap { SocketAddress($0) }, trustedProxies: [],
            configurationFile: "/srv/gatehouse.jsonc", storageFolder: storage, drainDelay: .seconds(15), upstreams: [])
        return String(decoding: try recipe.text(for: values), as: UTF8.self)
    }

    @Test("the unit has the capability of low ports only if it needs it")
    func ports() throws {
        #expect(
            try text(.systemd, listen: "0.0.0.0:443", admin: nil).contains(
                "\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n"))
        #expect(try text(.systemd, listen: "0.0.0.0:8443", admin: nil).contains("\nCapabilityBoundingSet=\n"))
    }

    @Test("the unit waits for the drain, names the configuration, and may write where the database is")
    func unit() throws {
        let unit = try text(.systemd, listen: "0.0.0.0:8443", admin: nil, storage: "/data/gatehouse")
        #expect(unit.contains("\nTimeoutStopSec=55s\n") && unit.contains("--config /srv/gatehouse.jsonc\n"))
        #expect(unit.contains("\nReadWritePaths=/data/gatehouse\n"))
    }

    @Test("the image and the alerts need the admin listener", arguments: [Recipe.containerfile, .prometheusAlerts])
    func admin(recipe: Recipe) throws {
        #expect(throws: RecipeFault.self) { try text(recipe, listen: "0.0.0.0:8443", admin: nil) }
        #expect(try text(recipe, listen: "0.0.0.0:8443", admin: "0.0.0.0:9091").contains("127.0.0.1:9091"))
    }

    @Test("the image exposes the public port")
    func image() throws {
        #expect(try text(.containerfile, listen: "[::]:8443", admin: "[::]:9091").contains("\nEXPOSE 8443\n"))
    }
}
