import ClaimMapping
import Cryptography
import Identities
import Sockets
import Testing
import Text
import Time
import Tokens

@testable import Configuration

@Suite struct ExampleTests {
    @Test("the documented example has the documented meaning")
    func example() throws {
        let settings = try TestFiles.parse(Self.example)
        #expect(settings.publicURL.origin == "https://access.example.com")
        #expect(settings.publicURL.isSecure)
        #expect(settings.listen.map(\.description) == ["0.0.0.0:8443"])
        #expect(settings.adminListen?.description == "127.0.0.1:9091")
        #expect(settings.tls.map(\.certificateFile) == ["etc/tls/fullchain.pem"])
        #expect(settings.trustedProxies.count == 1)
        #expect(settings.storage == .sqlite(path: "etc/gatehouse.db"))
        #expect(settings.secretKeys.map(\.bytes) == [Array(repeating: 7, count: 32)])
        #expect(settings.reactors == 0 && settings.tokenCache == 10000)
        #expect(settings.limits.inventoryBody == 1 << 30 && settings.limits.metricsMemory == 512 << 20)
        #expect(settings.usage.retention == .seconds(760 * 86400) && settings.usage.retentionDays == 760)
        let provider = try #require(settings.providers.first)
        #expect(provider.id.text == "acme-okta" && provider.clientID == "0oa1")
        #expect(provider.clientSecret?.text == "s")
        #expect(provider.authorizationParameters == ["prompt": "select_account"])
        #expect(provider.maxAge == .seconds(12 * 3600) && provider.acrValues == ["phr"])
        #expect(provider.keys?.keys.count == 1)
        #expect(provider.algorithms.map(\.rawValue) == ["RS256", "ES256"])
        #expect(provider.trusted().audiences == ["api://gatehouse"])
        #expect(provider.emailTrust == EmailTrust())
        #expect(provider.caFile == "etc/acme-ca.pem")
        let organization = try #require(settings.organizations.first)
        #expect(organization.name == "Acme Corporation" && organization.strategy == .firstMatch)
        #expect(organization.mappings.map(\.id) == ["file:1", "file:2", "file:3", "file:4"])
        #expect(organization.mappings[2].match == .glob && organization.mappings[3].role == .publisher)
        #expect(organization.license.caseOperators == 100)
        #expect(organization.license.near == 0.8 && !organization.license.notifies)
        #expect(organization.metrics.editorScopes == ["playbook.write"] && organization.metrics.ownerRole == "owner")
        #expect(settings.sessions.revalidate == .seconds(900))
        #expect(settings.invitations.perDay == 50)
        #expect(settings.mail?.server == MailServer(host: "mail.example.com", port: 465, isImplicitTLS: true))
        #expect(settings.mail?.password?.text == "p")
    }

    @Test("omitted settings have their defaults")
    func defaults() throws {
        let settings = try TestFiles.parse(
            TestFiles.file(#""providers": [{"id": "p", "issuer": "https://i"}], "organizations": [{"id": "o"}]"#))
        #expect(settings.tls.isEmpty && settings.adminListen == nil && settings.mail == nil)
        #expect(settings.secretKeys.isEmpty && settings.trustedProxies.isEmpty)
        #expect(settings.tokenCache == 10000 && settings.limits.inventoryBody == 1 << 30)
        #expect(settings.sessions.idle == .seconds(8 * 3600) && settings.sessions.absolute == .seconds(86400))
        #expect(settings.sessions.claimsLifetime == .seconds(3600))
        #expect(settings.invitations.lifetime == .seconds(7 * 86400))
        let provider = try #require(settings.providers.first)
        #expect(provider.scopes == ["openid", "profile", "email"] && provider.audiences.isEmpty)
        #expect(provider.algorithms.count == 10 && provider.subjectClaim == "sub" && provider.keys == nil)
        #expect(provider.clockSkew == .seconds(60) && provider.maxTokenAge == .seconds(86400))
        let organization = try #require(settings.organizations.first)
        #expect(organization.name == "o" && organization.mappings.isEmpty && organization.license.runners == nil)
        #expect(organization.license.near == 0.8 && organization.metrics.operatorScopes == ["cm.case.write"])
        #expect(settings.usage.retentionDays == 760 && settings.limits.metricsMemory == 512 << 20)
    }

    static let example = #"""
        {
          "public_url": "https://access.example.com",       // all links come from this; http only on loopback
          "listen": "0.0.0.0:8443",
          "tls": { "certificate": "tls/fullchain.pem", "private_key": "tls/key.pem" },   // without it: plain HTTP
          "admin_listen": "127.0.0.1:9091",                 // /healthz /readyz /metrics and nothing else
          "trusted_proxies": ["10.0.0.0/8"],
          "storage": "sqlite:gatehouse.db",                 // or "postgresql://…" / {"env": …}
          "secret_key": { "file": "secret.key" },           // 32 bytes, base64
          "reactors": 0,
          "token_cache": 10000,
          "limits": { "inventory_body": "1GiB", "metrics_memory": "512MiB" },
          "providers": [{
            "id": "acme-okta",
            "issuer": "https://acme.okta.com/oauth2/default",
            "client_id": "0oa1", "client_secret": { "env": "ACME_SECRET" },
            "scopes": ["openid", "profile", "email", "groups", "offline_access"],
            "authorization_parameters": { "prompt": "select_account" },
            "max_age": "12h", "acr_values": ["phr"],        // asked for and enforced
            "audiences": ["api://gatehouse"],
            "authorized_parties": [],
            "algorithms": ["RS256", "ES256"],
            "keys": "keys/acme.jwks.json",
            "subject_claim": "sub",
            "trust_email": false,
            "email_domains": ["acme.com"],
            "clock_skew": "60s", "max_token_age": "24h",
            "ca_file": "acme-ca.pem", "insecure_allow_http": false
          }],
          "organizations": [{
            "id": "acme", "name": "Acme Corporation",
            "providers": ["acme-okta"],
            "claim_strategy": "first_match",                // or "highest_role"
            "claim_mappings": [
              { "claim_name": "email",  "claim_value": "ceo@acme.com", "role": "organization-manager" },
              { "claim_name": "groups", "claim_value": "soc-leads",    "role": "organization-manager" },
              { "claim_name": "groups", "claim_value": "soc-*", "match": "glob", "role": "organization-viewer" },
              { "claim_name": "/realm_access/roles", "claim_value": "inventory", "role": "inventory-publisher" }
            ],
            "license": { "workflows": 500, "nested_workflows": 1000, "workflow_editors": 50, "case_operators": 100, "runners": 20, "near": 0.8, "notify": false },
            "metrics": { "editor_scopes": ["playbook.write"], "operator_scopes": ["cm.case.write"], "owner_role": "owner" }
          }],
          "usage": { "retention": "760d" },
          "sessions": { "idle": "8h", "absolute": "24h", "revalidate": "15m", "claims_lifetime": "1h" },
          "invitations": { "lifetime": "7d", "per_day": 50, "allowed_domains": [] },
          "mail": { "from": "Gatehouse <no-reply@example.com>", "smtp": "smtps://mail.example.com:465", "username": "u", "password": { "env": "SMTP_PASSWORD" } }
        }
        """#
}
