import ClaimMapping
import Identities
import Policy
import SettingDeclarations
import Sockets
import TestCertificates
import Testing

@testable import Configuration

@Suite("Upstreams in a configuration")
struct UpstreamSettingsTests {
    private static func file(
        _ upstreams: String, publicURL: String = "https://access.example.com",
        organizations: String = #"[{"id":"acme","providers":["a"]}]"#,
        providers: String = #"[{"id":"a","issuer":"https://a.example"},{"id":"b","issuer":"https://b.example"}]"#,
        more: String =
            #""forward_auth_listen":"127.0.0.1:9092","trusted_proxies":["10.0.0.0/8"],"secret_key":{"env":"A_KEY"}"#
    ) -> String {
        #"{"public_url":"\#(publicURL)","listen":"127.0.0.1:80","storage":"sqlite:g.db","providers":\#(providers),"#
            + #""organizations":\#(organizations),"upstreams":[\#(upstreams)],\#(more)}"#
    }

    /// Returns an upstream with these members besides the required ones.
    private static func upstream(_ members: String = "", host: String = "reports.example.com") -> String {
        let access = members.contains("\"access\"") ? "" : #","access":[{"path":"/*","allow":["organization-viewer"]}]"#
        return
            #"{"id":"reports","host":"\#(host)","organization":"acme"\#(access)\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    private func parse(_ members: String = "", host: String = "reports.example.com", at url: String? = nil) throws
        -> (UpstreamSettings, [Warning])
    {
        let upstream = UpstreamSettingsTests.upstream(members, host: host)
        let settings = try TestFiles.parse(
            UpstreamSettingsTests.file(upstream, publicURL: url ?? "https://access.example.com"))
        return (try #require(settings.upstreams.first), settings.warnings)
    }

    @Test("the documented example has the documented meaning")
    func example() throws {
        let (upstream, warnings) = try parse(
            #"""
            "name": "Reports", "address": "http://127.0.0.1:3000",
            "access": [
              { "path": "/healthz", "allow": "anyone" },
              { "path": "/admin/*", "methods": ["POST", "PUT", "DELETE"],
                "allow": [{ "claim_name": "groups", "claim_value": "admins" }] },
              { "path": "/*", "allow": ["organization-manager", "organization-viewer"] },
            ],
            "user": "subject", "pass_authorization": false, "upgrade_idle": null,
            "preserve_host": true, "request_headers": { "X-Tenant": "acme" }, "timeout": "60s", "body_limit": "100MiB",
            "ca_file": "ca.pem"
            """#)
        #expect(warnings.isEmpty, "\(warnings)")
        #expect(upstream.id.text == "reports" && upstream.name == "Reports" && upstream.organization.text == "acme")
        #expect(upstream.host == "reports.example.com" && upstream.origin == "https://reports.example.com")
        #expect(upstream.isSecure && upstream.addresses == [.http(host: "127.0.0.1", port: 3000)])
        #expect(upstream.user == .subject && !upstream.passAuthorization && upstream.upgradeIdle == nil)
        #expect(upstream.preserveHost && upstream.timeout == .seconds(60) && upstream.bodyLimit == 100 << 20)
        #expect(upstream.requestHeaders.map(\.name) == ["X-Tenant"] && upstream.requestHeaders.map(\.value) == ["acme"])
        #expect(upstream.caFile == "etc/ca.pem")
        let rules = upstream.rules
        #expect(rules.id == upstream.id && rules.name == "Reports" && rules.organization == upstream.organization)
        #expect(rules.rules.map(\.path.text) == ["/healthz", "/admin/*", "/*"])
        #expect(rules.rules.map(\.methods) == [nil, ["POST", "PUT", "DELETE"], nil])
        #expect(
            rules.rules.map(\.allow) == [
                .anyone,
                .anyOf([.claim(ClaimCondition(claimName: "groups", match: .equals, claimValue: "admins"))]),
                .anyOf([.role(.manager), .role(.viewer)]),
            ])
    }

    @Test("omitted settings have their defaults, and long ones their values")
    func defaults() throws {
        let (short, _) = try parse()
        #expect(short.name == "reports" && short.addresses.isEmpty && short.user == .subject)
        #expect(short.upgradeIdle == nil && short.preserveHost && !short.passAuthorization)
        #expect(short.requestHeaders.isEmpty && short.timeout == .seconds(60) && short.bodyLimit == 100 << 20)
        let (long, _) = try parse(
            #""address":["https://[::1]","unix:run/a.sock","unix:/run/b.sock","http://App.internal:81"],"#
                + #""user":"identity_id","upgrade_idle":"1h","preserve_host":false"#)
        #expect(
            long.addresses == [
                .https(host: "::1", port: 443), .unix(path: "etc/run/a.sock"), .unix(path: "/run/b.sock"),
                .http(host: "app.internal", port: 81),
            ])
        #expect(long.user == .identityID && long.upgradeIdle == .seconds(3600) && !long.preserveHost)
        let settings = try TestFiles.parse(UpstreamSettingsTests.file(UpstreamSettingsTests.upstream()))
        #expect(settings.forwardAuthListen?.description == "127.0.0.1:9092")
        #expect(settings.providers.map(\.groupsClaim) == ["groups", "groups"])
        let named = #"[{"id":"a","issuer":"https://a.example","groups_claim":"/realm_access/roles"}]"#
        #expect(
            try TestFiles.parse(UpstreamSettingsTests.file("", providers: named)).providers.first?.groupsClaim
                == "/realm_access/roles")
    }

    @Test(
        "scheme and port are those of public_url, unless an origin gives others",
        arguments: [
            ("https://access.example.com", "Reports.Example.com", "", "https://reports.example.com", true),
            ("https://access.example.com:8443", "r.example", "", "https://r.example:8443", true),
            ("http://localhost:8080", "reports.localhost", "", "http://reports.localhost:8080", false),
            ("https://a.example:8443", "r.example", #""origin":"https://r.example""#, "https://r.example", true),
            ("https://a.example", "r.example", #""origin":"https://R.example:9""#, "https://r.example:9", true),
            ("https://a.example", "r.localhost", #""origin":"http://r.localhost:9""#, "http://r.localhost:9", false),
        ])
    func origins(url: String, host: String, origin: String, expected: String, isSecure: Bool) throws {
        let (upstream, _) = try parse(origin, host: host, at: url)
        #expect(upstream.origin == expected && upstream.isSecure == isSecure && upstream.rules.origin == expected)
        #expect(upstream.host == host.lowercased())
    }

    static let faults: [(String, path: String, words: String)] = [
        (file(upstream(host: "access.example.com")), "upstreams[0].host", "must not be public_url's"),
        (file(upstream(host: "ACCESS.example.com")), "upstreams[0].host", "must not be public_url's"),
        (
            file(upstream() + "," + upstream(host: "REPORTS.example.com").replacing("\"reports\"", with: "\"r\"")),
            "upstreams[1].host", "is already that of upstreams[0]"
        ),
        (file(upstream() + "," + upstream(host: "b.example")), "upstreams[1].id", "is already that of upstreams[0]"),
        (
            file(upstream().replacing("\"acme\"", with: "\"amce\"")), "upstreams[0].organization",
            #"no organization has the id "amce"; did you mean "acme"?"#
        ),
        (file(upstream(), publicURL: "http://localhost:80"), "upstreams[0].host", "must be on loopback"),
        (file(upstream(#""origin":"http://reports.example.com""#)), "upstreams[0].origin", "must be https"),
        (file(upstream(#""origin":"https://other.example.com""#)), "upstreams[0].origin", "must have the host"),
        (
            file(upstream(), organizations: #"[{"id":"acme","providers":["a","b"]}]"#), "upstreams[0].user",
            "must be \"identity_id\""
        ),
        (
            file(upstream(#""user":"subject""#), organizations: #"[{"id":"acme","providers":["a","b"]}]"#),
            "upstreams[0].user", "must be \"identity_id\""
        ),
        (file(upstream(), more: #""forward_auth_listen":"127.0.0.1:9""#), "secret_key", "is required with upstreams"),
        (
            file("", more: #""forward_auth_listen":"127.0.0.1:80""#), "forward_auth_listen",
            "must not be the same as listen"
        ),
        (
            file("", more: #""admin_listen":"127.0.0.1:9","forward_auth_listen":"[::]:9""#), "forward_auth_listen",
            "must not be the same as admin_listen"
        ),
        (
            file(upstream(#""access":[{"path":"/a*b","allow":"anyone"}]"#)), "upstreams[0].access[0].path",
            "may have * only at its end"
        ),
        (
            file(upstream(#""access":[{"path":"/a?b","allow":"anyone"}]"#)), "upstreams[0].access[0].path",
            "the query is never examined"
        ),
        (
            file(upstream(#""access":[{"path":"/*","methods":["get"],"allow":"anyone"}]"#)),
            "upstreams[0].access[0].methods[0]", "must be GET: methods are compared with case"
        ),
        (
            file(upstream(#""access":[{"path":"/*","allow":[{"claim_name":"groups"}]}]"#)),
            "upstreams[0].access[0].allow[0].claim_value", "is required unless match"
        ),
        (
            file(
                upstream(
                    #""access":[{"path":"/*","allow":["organization-viewer","#
                        + #"{"claim_name":"b","match":"exists","clam":"a"}]}]"#)),
            "upstreams[0].access[0].allow[1].clam", "is not a setting"
        ),
        (file(upstream(#""access":[{"path":"/*","allow":[]}]"#)), "upstreams[0].access[0].allow", "must not be empty"),
        (
            file(upstream(#""access":[{"path":"/*","allow":["owner"]}]"#)), "upstreams[0].access[0].allow[0]",
            "must be one of"
        ),
    ]

    @Test("each fault is reported at its place", arguments: faults.indices)
    func refused(index: Int) {
        let (text, path, words) = UpstreamSettingsTests.faults[index]
        let found = TestFiles.faults(text)
        #expect(found.contains { $0.path == path && $0.message.contains(words) }, "\(path): \(found)")
        #expect(found.count == 1, "\(found)")
    }

    @Test("providers of one issuer have unique subjects, and one of several issuers needs identity_id")
    func users() {
        let same =
            #"[{"id":"a","issuer":"https://a.example","audiences":["1"]},"#
            + #"{"id":"b","issuer":"https://a.example","audiences":["2"]}]"#
        let both = #"[{"id":"acme","providers":["a","b"]}]"#
        let file = { UpstreamSettingsTests.file($0, publicURL: $1, organizations: $2, providers: $3, more: $4) }
        let (plain, named) = (
            UpstreamSettingsTests.upstream(), UpstreamSettingsTests.upstream(#""user":"identity_id""#)
        )
        let secret = #""secret_key":{"env":"A_KEY"}"#
        #expect(TestFiles.faults(file(plain, "https://p.example", both, same, secret)).isEmpty)
        let other = #"[{"id":"a","issuer":"https://a.example"},{"id":"b","issuer":"https://b.example"}]"#
        #expect(TestFiles.faults(file(named, "https://p.example", both, other, secret)).isEmpty)
        #expect(TestFiles.faults(file(plain, "https://p.example", both, other, secret)).count == 1)
    }

    @Test(
        "no field of the gateway, of the connection or of the framing can be added, in any spelling",
        arguments: [
            "X-Forwarded-User", "x-forwarded-for", "X_Forwarded_User", "X-Forwarded_Anything", "x-gatehouse-role",
            "X_GATEHOUSE_ASSERTION", "X-Original-URL", "x_original_method", "Forwarded", "X-Real-IP", "X_Real_IP",
            "X-Rewrite-URL", "X-Script-Name", "Remote-User", "REMOTE_USER", "X-Remote-User", "X-HTTP-Method",
            "X-HTTP-Method-Override", "x_http_method_override", "X-Method-Override", "X-Request-Id", "Host",
            "Content-Length", "content_length", "Transfer-Encoding", "transfer_encoding", "Connection", "Keep-Alive",
            "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer", "Upgrade", "Expect", "Cookie", "Authorization",
        ])
    func reservedFields(name: String) {
        let file = UpstreamSettingsTests.file(UpstreamSettingsTests.upstream(#""request_headers":{"\#(name)":"x"}"#))
        let found = TestFiles.faults(file)
        #expect(found.map(\.path) == ["upstreams[0].request_headers.\(name)"])
    }

    @Test(
        "fields that resemble reserved ones can be added", arguments: ["X-Forward", "X-Tenant", "Hosts", "X-Real-IPs"])
    func otherFields(name: String) throws {
        #expect(try parse(#""request_headers":{"\#(name)":"x"}"#).0.requestHeaders.map(\.name) == [name])
    }

    private func warnings(_ members: String, more: String? = nil) throws -> [String] {
        let upstream = UpstreamSettingsTests.upstream(members)
        let file = more.map { UpstreamSettingsTests.file(upstream, more: $0) } ?? UpstreamSettingsTests.file(upstream)
        return try TestFiles.parse(file).warnings.map { "\($0.path): \($0.message)" }
    }

    @Test("a rule that no request can reach, and rules without /*, cause warnings")
    func rules() throws {
        #expect(try warnings("").isEmpty)
        #expect(
            try warnings(
                #""access":[{"path":"/a/*","allow":"anyone"},{"path":"/a/b","allow":["organization-viewer"]},"#
                    + #"{"path":"/*","allow":"anyone"}]"#
            ) == [
                "upstreams[0].access[1]: decides about no request: rules before it match all of its requests, the last of "
                    + "them access[0] (/a/*)"
            ])
        let partial = try warnings(#""access":[{"path":"/a/*","allow":"anyone"}]"#)
        #expect(partial.count == 1 && partial[0].hasPrefix("upstreams[0].access: has no rule for /*"))
        let none = try warnings(#""access":[]"#)
        #expect(none.count == 1 && none[0].hasPrefix("upstreams[0].access: has no rule for /*"))
    }

    @Test("passing Authorization on, and an upstream that nothing reaches, cause warnings")
    func otherWarnings() throws {
        let passed = try warnings(#""pass_authorization":true"#)
        #expect(
            passed.count == 1 && passed[0].hasPrefix("upstreams[0].pass_authorization: gives the application tokens"))
        let unreached = try warnings("", more: #""secret_key":{"env":"A_KEY"}"#)
        #expect(unreached.count == 1 && unreached[0].hasPrefix("upstreams[0].address: is not set, and neither is"))
        #expect(try warnings(#""address":"http://127.0.0.1:1""#, more: #""secret_key":{"env":"A_KEY"}"#).isEmpty)
        let closed = try warnings("", more: #""secret_key":{"env":"A_KEY"},"forward_auth_listen":"127.0.0.1:9""#)
        #expect(closed.count == 1 && closed[0].hasPrefix("forward_auth_listen: refuses every request"))
    }

    @Test("a host that no certificate names causes a warning")
    func certificate() throws {
        let authority = try TestAuthority()
        // Its directory is deleted with it.
        defer { withExtendedLifetime(authority) {} }
        let issued = try authority.issue("DNS:access.example.com", "DNS:*.apps.example.com")
        let one = #"{"certificate":"\#(issued.certificate)","private_key":"\#(issued.key)"}"#
        let wiki = try authority.issue("DNS:wiki.example.com")
        let two = #"[\#(one),{"certificate":"\#(wiki.certificate)","private_key":"\#(wiki.key)"}]"#
        func hosts(_ names: String..., tls: String? = nil) throws -> [String] {
            let upstreams = names.enumerated().map { index, host in
                UpstreamSettingsTests.upstream(host: host).replacing("\"reports\"", with: "\"u\(index)\"")
            }
            let file = UpstreamSettingsTests.file(
                upstreams.joined(separator: ","),
                more:
                    #""forward_auth_listen":"127.0.0.1:9","trusted_proxies":["10.0.0.0/8"],"secret_key":{"env":"A_KEY"}"#
                    + #","tls":\#(tls ?? one)"#)
            let sources = SettingSources(environment: { TestFiles.environment[$0] }, exposure: { _ in nil })
            return try SettingsFile.parse(Array(file.utf8), path: "/g.jsonc", sources: sources).warnings.map(\.path)
        }
        #expect(try hosts("a.apps.example.com", "B.apps.example.com").isEmpty)
        #expect(try hosts("a.apps.example.com", "reports.example.com") == ["upstreams[1].host"])
        #expect(try hosts("apps.example.com", "a.b.apps.example.com") == ["upstreams[0].host", "upstreams[1].host"])
        #expect(try hosts("wiki.example.com") == ["upstreams[0].host"])
        #expect(try hosts("wiki.example.com", "a.apps.example.com", tls: two).isEmpty)
        #expect(try hosts("wiki.example.com", "b.wiki.example.com", tls: two) == ["upstreams[1].host"])
    }
}
