import Testing

@Suite("The command recipe")
struct RecipeCommandTests {
    @Test("without a name, every recipe is listed")
    func list() {
        let call = CommandLineCall(["recipe"])
        #expect(call.code == 0 && call.error.isEmpty)
        let names = call.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        #expect(
            names == ["systemd", "containerfile", "nginx", "traefik", "caddy", "envoy", "haproxy", "prometheus-alerts"])
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
