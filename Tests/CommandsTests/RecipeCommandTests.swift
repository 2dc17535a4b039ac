import GatehouseTesting
import Testing

@Suite("The command recipe")
struct RecipeCommandTests {
    @Test("without a name, every recipe is listed")
    func list() {
        let call = CommandLineCall(["recipe"])
        #expect(call.code == 0 && call.error.isEmpty)
        let names = call.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        #expect(
            names == [
                "systemd", "containerfile", "nginx", "traefik", "caddy", "envoy", "haproxy", "prometheus-alerts",
                "pgbouncer",
            ])
    }

    @Test("an unknown recipe is a usage error", arguments: ["apache", "NGINX", "nginx ", "ngnix"])
    func unknown(name: String) {
        let call = CommandLineCall(["recipe", name])
        #expect(call.code == 2 && call.output.isEmpty)
        #expect(call.error.contains("unknown recipe"))
    }

    /// Parts of the files that access depends on.
    static let parts: [(recipe: String, parts: [String])] = [
        (
            "systemd",
            ["\nPrivateTmp=true\n", "\nCapabilityBoundingSet=\n", "\nUser=gatehouse\n", "\nProtectSystem=strict\n"]
        ),
        ("containerfile", ["FROM debian:bookworm-slim", "\nUSER 10001:10001\n", "\nHEALTHCHECK "]),
        (
            "nginx",
            [
                "internal;", "auth_request /.gatehouse-question;", "underscores_in_headers off;",
                "proxy_set_header X-Original-URL http://reports.localhost:8080$request_uri;",
                "proxy_set_header X-Forwarded-User $gatehouse_x_forwarded_user;",
                "proxy_set_header Authorization \"\";", "proxy_pass http://127.0.0.1:3000;",
                "default \"\";\n        ~*^websocket$ websocket;",
            ]
        ),
        (
            "traefik",
            [
                "aliasHeadersStrategy=delete", "sanitizePath=false", "trustForwardHeader: false",
                "middlewares: [untrusted, private, question, credentials]",
                "address: http://127.0.0.1:9092/forward-auth\n",
                "- X-Gatehouse-Assertion\n",
            ]
        ),
        (
            "caddy",
            [
                "request_header -*_*", "request_header -X-Forwarded-*", "forward_auth 127.0.0.1:9092",
                "copy_headers X-Forwarded-User ", "request_header @plain -Connection",
            ]
        ),
        (
            "envoy",
            [
                "failure_mode_allow: false", "headers_with_underscores_action: DROP_HEADER", "normalize_path: false",
                "path_prefix: /forward-auth/envoy", "prefix: x-gatehouse-", "- exact: x-gatehouse-assertion",
            ]
        ),
        (
            "haproxy",
            [
                "deny deny_status 503 unless { var(txn.gatehouse_let_through) -m bool }",
                "option http-restrict-req-hdr-names delete", "del-header x-gatehouse- -m beg",
                "http-request lua.gatehouse http://reports.localhost:8080 no", "#|     \"x-gatehouse-assertion\",",
            ]
        ),
        (
            "pgbouncer",
            [
                "\ngatehouse = host=127.0.0.1 port=5432 dbname=gatehouse\n", "\npool_mode = transaction\n",
                "\nauth_type = scram-sha-256\n", "\nauth_file = /etc/pgbouncer/userlist.txt\n",
                "\"direct\": \"postgresql://gatehouse@127.0.0.1:5432/gatehouse\",",
            ]
        ),
        ("prometheus-alerts", ["expr: gatehouse_config_last_reload_success == 0", "{{ $labels.instance }}"]),
    ]

    @Test("the example is complete", arguments: parts.indices)
    func example(index: Int) {
        let (recipe, parts) = RecipeCommandTests.parts[index]
        let call = CommandLineCall(["recipe", recipe])
        #expect(call.code == 0 && call.error.isEmpty)
        for part in parts { #expect(call.output.contains(part), "\(recipe) lacks \(part)") }
        for open in ["{{#", "{{^", "{{/"] { #expect(!call.output.contains(open)) }
    }
}

@Suite("The command recipe with a configuration")
struct ConfiguredRecipeTests {
    private func configuration(_ more: String = "", in workspace: TemporaryDirectory) -> String {
        _ = workspace.file("secret.key", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
        return workspace.file(
            "gatehouse.jsonc",
            #"""
            {
              "public_url": "https://access.example.com", "listen": "0.0.0.0:8443", "storage": "sqlite:/data/g.db",
              "secret_key": {"file": "secret.key"}, \#(more)
              "organizations": [{"id": "acme"}],
              "upstreams": [
                {"id": "gatehouse", "host": "reports.example.com", "organization": "acme", "pass_authorization": true,
                 "access": [{"path": "/*", "allow": ["organization-viewer"]}]},
                {"id": "wiki", "host": "wiki.example.com", "organization": "acme", "address": "http://127.0.0.1:4000",
                 "access": [{"path": "/*", "allow": ["organization-viewer"]}]}]
            }
            """#)
    }

    @Test("a proxy's recipe names the configured hosts", arguments: ["nginx", "traefik", "caddy", "envoy", "haproxy"])
    func proxy(recipe: String) throws {
        let workspace = TemporaryDirectory()
        let file = configuration(
            #""forward_auth_listen": "127.0.0.1:9000", "trusted_proxies": ["127.0.0.1/32"],"#, in: workspace)
        let call = CommandLineCall(["recipe", recipe, "--config", file])
        #expect(call.code == 0, "\(call.error)")
        for host in ["access.example.com", "reports.example.com", "wiki.example.com"] {
            #expect(call.output.contains(host))
        }
        #expect(call.output.contains("8443") && call.output.contains("9000") && !call.output.contains("4000"))
    }

    @Test("the unit names the configuration and the folder of the database")
    func unit() throws {
        let workspace = TemporaryDirectory()
        let file = configuration(in: workspace)
        let call = CommandLineCall(["recipe", "systemd", "--config", file])
        #expect(call.code == 0 && call.output.contains("--config \(file)\n"), "\(call.error)")
        #expect(call.output.contains("\nReadWritePaths=/data\n"))
    }

    @Test("what the configuration lacks is said in one line")
    func lacks() throws {
        let workspace = TemporaryDirectory()
        let file = configuration(in: workspace)
        let call = CommandLineCall(["recipe", "nginx", "--config", file])
        #expect(call.code == 1 && call.output.isEmpty)
        #expect(call.error.contains("set \"forward_auth_listen\""))
        #expect(CommandLineCall(["recipe", "nginx", "--config", "/nowhere"]).code == 1)
        #expect(CommandLineCall(["recipe", "--config", file]).code == 2)
    }
}
