internal import Sockets
internal import Text

/// A file of another program, which makes it work with the gateway.
public enum Recipe: String, CaseIterable, Sendable {
    case systemd
    case containerfile
    case nginx
    case traefik
    case caddy
    case envoy
    case haproxy
    case prometheusAlerts = "prometheus-alerts"
    case pgbouncer

    /// Returns the recipe with a name, or nil.
    public init?(named name: String) {
        guard let recipe = Recipe.allCases.first(where: { $0.rawValue.isExactly(name) }) else { return nil }
        self = recipe
    }

    /// One line about the file.
    public var summary: String {
        switch self {
        case .systemd: "A hardened unit for systemd"
        case .containerfile: "An image for podman or docker"
        case .nginx: "nginx asks the gateway about each request (auth_request)"
        case .traefik: "Traefik asks the gateway about each request (forwardAuth)"
        case .caddy: "Caddy asks the gateway about each request (forward_auth)"
        case .envoy: "Envoy asks the gateway about each request (ext_authz)"
        case .haproxy: "HAProxy asks the gateway about each request (a Lua action)"
        case .prometheusAlerts: "Alerts for Prometheus"
        case .pgbouncer: "PgBouncer between many processes and PostgreSQL"
        }
    }

    /// Returns the file.
    ///
    /// - Throws: what the file needs and the configuration does not have, or a value that the file cannot hold.
    public func text(for values: RecipeValues) throws(RecipeFault) -> [UInt8] {
        try Template(template).text(with: templateValues(values))
    }

    private var template: [UInt8] {
        switch self {
        case .systemd: PackageResources.gatehouse_service
        case .containerfile: PackageResources.Containerfile
        case .nginx: PackageResources.nginx_conf
        case .traefik: PackageResources.traefik_yaml
        case .caddy: PackageResources.Caddyfile
        case .envoy: PackageResources.envoy_yaml
        case .haproxy: PackageResources.haproxy_cfg
        case .prometheusAlerts: PackageResources.alerts_yaml
        case .pgbouncer: PackageResources.pgbouncer_ini
        }
    }

    private func templateValues(_ values: RecipeValues) throws(RecipeFault) -> TemplateValues {
        switch self {
        case .systemd: values.unit
        case .containerfile: try values.image
        case .prometheusAlerts: ["admin": .text(try values.adminAddress.description)]
        case .pgbouncer: try values.pooler
        case .nginx, .traefik, .caddy, .envoy, .haproxy: try values.proxy(named: rawValue)
        }
    }
}
