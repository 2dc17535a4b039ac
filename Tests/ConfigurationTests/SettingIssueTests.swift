import Testing

@testable import Configuration

@Suite struct SettingIssueTests {
    @Test("all faults of a file are reported together, in order, with their positions")
    func positions() {
        let faults = TestFiles.faults(
            #"""
            {
              // a comment with ünïcode
              "public_url": "http://access.example.com",
              "lisen": "0.0.0.0:8443",
              "storage": "sqlite:g.db", "storage": "sqlite:h.db",
              "reactors": "two",
              "providers": [
                { "id": "p", "issuer": "https://i", "client_secrt": {"env": "X"} },
                { "id": "é", "issuer": 7, "clock_skew": "1 m" },
              ],
            }
            """#)
        #expect(
            faults.map { "\($0.line):\($0.column) \($0.path)" } == [
                "1:1 listen", "3:17 public_url", "4:3 lisen", "5:29 storage", "6:15 reactors",
                "8:41 providers[0].client_secrt", "9:13 providers[1].id", "9:28 providers[1].issuer",
                "9:45 providers[1].clock_skew",
            ])
        #expect(
            faults[2].description.hasPrefix(
                #"etc/gatehouse.jsonc:4:3: lisen: is not a setting; did you mean "listen"? (allowed here: public_url, "#
            ))
        #expect(faults[3].message == "is set more than once")
        #expect(faults[5].message.contains(#"did you mean "client_secret"?"#))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let members: String
        let path: String
        let words: String
        var testDescription: String { "\(path) \(words)" }

        init(_ members: String, _ path: String, _ words: String) {
            (self.members, self.path, self.words) = (members, path, words)
        }
    }

    /// A provider with a client and further members.
    private static func client(_ members: String) -> String {
        #""secret_key": {"env":"A_KEY"}, "providers": [{"id":"a","issuer":"https://i.example","client_id":"c",\#(members)}]"#
    }

    static let providerCases: [Case] = [
        Case(
            #""providers": [{"id":"a","issuer":"urn:acme"}]"#, "providers[0].issuer", "any other string requires keys"),
        Case(
            #""secret_key": {"env":"A_KEY"}, "providers": [{"id":"a","issuer":"urn:acme","keys":"keys.jwks.json","client_id":"c"}]"#,
            "providers[0].issuer", "any other string requires keys"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i.example/.well-known/openid-configuration"}]"#,
            "providers[0].issuer", "write the issuer that it states"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i/.well-known/openid-configuration","keys":"keys.jwks.json"}]"#,
            "providers[0].issuer", "write the issuer that it states"),
        Case(
            #""providers": [{"id":"a","issuer":"https://login.microsoftonline.com/common/v2.0"}]"#,
            "providers[0].issuer",
            "tokens name a tenant"),
        Case(
            #""providers": [{"id":"a","issuer":"https://LOGIN.microsoftonline.com/Organizations/v2.0"}]"#,
            "providers[0].issuer", "tokens name a tenant"),
        Case(client(#""discovery_url":"http://i.example/d""#), "providers[0].discovery_url", "must be https"),
        Case(client(#""endpoints":{"jwks":"http://i.example/k"}"#), "providers[0].endpoints.jwks", "must be https"),
        Case(
            client(#""insecure_allow_http":true,"endpoints":{"token":"http://10.0.0.1/t"}"#),
            "providers[0].endpoints.token", "loopback only"),
        Case(client(#""endpoints":{"userInfo":"https://i.example/u"}"#), "providers[0].endpoints.userInfo", "userinfo"),
        Case(client(#""reachable":["10.0.0.1/8"]"#), "providers[0].reachable[0]", "no bits set"),
        Case(
            client(#""token_endpoint_auth":"private_key_jwt""#), "providers[0].client_key",
            "is required if token_endpoint_auth is private_key_jwt"),
        Case(
            client(#""token_endpoint_auth":"client_secret_post""#), "providers[0].client_secret",
            "is required if token_endpoint_auth is client_secret_post"),
        Case(client(#""client_key":{"file":"client.key.pem"}"#), "providers[0].client_key", "requires"),
        Case(
            client(#""token_endpoint_auth":"private_key_jwt","client_key":{"file":"a.secret"}"#),
            "providers[0].client_key", "private key in unencrypted PEM"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i.example","token_endpoint_auth":"none"}]"#,
            "providers[0].client_id", "token_endpoint_auth"),
        Case(client(#""logout_parameters":{"state":"x"}"#), "providers[0].logout_parameters.state", "gateway itself"),
        Case(client(#""audience_claims":[]"#), "providers[0].audience_claims", "must not be empty"),
        // Further issuers
        Case(
            #""providers": [{"id":"a","issuer":"https://i"},{"id":"b","issuer":"https://j","access_token_issuers":["https://i"]}]"#,
            "providers[1].access_token_issuers[0]", "providers[0] too, which has no audiences either"),
        Case(
            #""providers": [{"id":"b","issuer":"https://j","access_token_issuers":["https://x","https://i"],"audiences":["q"]},{"id":"a","issuer":"https://i","audiences":["p","q"]}]"#,
            "providers[0].access_token_issuers[1]", "providers[1] too, which has the audience \"q\" too"),
        Case(
            #""providers": [{"id":"b","issuer":"https://j","access_token_issuers":["u"],"audiences":["q"]},{"id":"a","issuer":"https://i","access_token_issuers":["u"],"audiences":["q"]}]"#,
            "providers[1].access_token_issuers[0]", "providers[0] too"),
        // Addresses and pieces
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"email","claim_value":"x@bücher.example","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].claim_value", "xn--"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"/email","claim_value":"*@bücher.example","match":"glob","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].claim_value", "xn--"),
        Case(#""invitations": {"allowed_domains":["bücher.example"]}"#, "invitations.allowed_domains[0]", "xn--"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"email","claim_value":"x@y","split":",","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].split", "no meaning for an email address"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"g","match":"exists","split":",","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].split", "no meaning if match"),
    ]

    @Test("an invalid provider is refused at the faulty setting", arguments: providerCases)
    func provider(_ test: Case) {
        let faults = TestFiles.faults(TestFiles.file(test.members))
        #expect(faults.map(\.path) == [test.path], "\(faults)")
        #expect(faults.first?.message.contains(test.words) == true, "\(faults)")
    }

    @Test(
        "valid settings that resemble invalid ones are accepted",
        arguments: [
            #""providers": [{"id":"a","issuer":"urn:acme machines?","keys":"keys.jwks.json"}]"#,
            #""providers": [{"id":"a","issuer":"http://10.0.0.1/adfs#x","keys":"keys.jwks.json"}]"#,
            #""providers": [{"id":"a","issuer":"https://login.microsoftonline.com/7b6c/v2.0"}]"#,
            #""providers": [{"id":"a","issuer":"https://common.example/common"}]"#,
            #""providers": [{"id":"a","issuer":"https://i","audiences":["p"]},{"id":"b","issuer":"https://j","access_token_issuers":["https://i"],"audiences":["q"]}]"#,
            #""providers": [{"id":"a","issuer":"https://i","audiences":["p"]},{"id":"b","issuer":"https://i","audiences":["q"]}]"#,
            #""providers": [{"id":"a","issuer":"https://i","insecure_allow_http":true,"discovery_url":"http://127.0.0.1:9/d?appid=1"}]"#,
            #""secret_key": {"env":"A_KEY"}, "providers": [{"id":"a","issuer":"https://i","client_id":"c","token_endpoint_auth":"private_key_jwt","client_key":{"file":"client.key.pem"}}]"#,
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"m","claim_value":"x","split":" ","role":"organization-viewer"}]}]"#,
        ])
    func right(_ members: String) {
        #expect(TestFiles.faults(TestFiles.file(members)).isEmpty)
    }

    static let cases: [Case] = [
        Case(
            #""providers": [{"id":"a","issuer":"https://i"},{"id":"a","issuer":"https://j"}]"#, "providers[1].id",
            "providers[0]"),
        Case(#""organizations": [{"id":"a"},{"id":"b"},{"id":"a"}]"#, "organizations[2].id", "organizations[0]"),
        Case(
            #""providers": [{"id":"okta","issuer":"https://i"}], "organizations": [{"id":"a","providers":["otka"]}]"#,
            "organizations[0].providers[0]", #"did you mean "okta""#),
        Case(
            #""providers": [{"id":"okta","issuer":"https://i"}], "organizations": [{"id":"a","providers":["zz"]}]"#,
            "organizations[0].providers[0]", #"no provider has the id "zz""#),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","audiences":["x","y"]},{"id":"b","issuer":"https://i","audiences":["z","y"]}]"#,
            "providers[1].audiences[1]", "providers[0]"),
        Case(
            #""providers": [{"id":"a","issuer":"accounts.google.com","audiences":["y"]},{"id":"b","issuer":"https://accounts.google.com","audiences":["y"]}]"#,
            "providers[1].audiences[0]", "providers[0]"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","client_id":"c"}]"#, "secret_key",
            "providers[0] has a client_id"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","trust_email":true}]"#, "providers[0].email_domains",
            "is required if trust_email"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","trust_email":true,"email_domains":[]}]"#,
            "providers[0].email_domains", "is required if trust_email"),
        Case(#""providers": [{"id":"a","issuer":"http://127.0.0.1:9"}]"#, "providers[0].issuer", "insecure_allow_http"),
        Case(
            #""providers": [{"id":"a","issuer":"http://10.0.0.1","insecure_allow_http":true}]"#, "providers[0].issuer",
            "loopback only"),
        Case(
            #""providers": [{"id":"a","issuer":"http://127.0.0.1.example.com","insecure_allow_http":true}]"#,
            "providers[0].issuer", "loopback only"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","algorithms":["HS256"]}]"#, "providers[0].algorithms[0]",
            "RS256"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","algorithms":["none"]}]"#, "providers[0].algorithms[0]",
            "ES512"),
        Case(#""providers": [{"id":"a","issuer":"https://i","scopes":["email"]}]"#, "providers[0].scopes", "openid"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","client_secret":{"env":"A_SECRET"}}]"#,
            "providers[0].client_id",
            "client_secret"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","client_id":"c","client_secret":"hunter2"}], "secret_key": {"env":"A_KEY"}"#,
            "providers[0].client_secret", #"use {"env": "NAME"}"#),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","authorization_parameters":{"state":"x"}}]"#,
            "providers[0].authorization_parameters.state", "gateway itself"),
        Case(
            #""providers": [{"id":"a","issuer":"https://i","keys":"private.jwk"}]"#, "providers[0].keys",
            "no usable key (key 0"),
        Case(#""providers": [{"id":"a","issuer":"https://i","keys":"nowhere"}]"#, "providers[0].keys", "no such file"),
        Case(#""secret_key": {"env":"UNSET"}"#, "secret_key.env", #""UNSET" is not set"#),
        Case(#""secret_key": {"env":"EMPTY"}"#, "secret_key.env", "empty"),
        Case(#""secret_key": {"file":"empty"}"#, "secret_key.file", "empty"),
        Case(#""secret_key": [{"env":"A_KEY"},{"env":"A_SECRET"}]"#, "secret_key[1]", "32 bytes in base64"),
        Case(#""trusted_proxies": ["10.0.0.1"]"#, "trusted_proxies[0]", #""10.0.0.1/32""#),
        Case(#""tls": {"certificate":"tls/fullchain.pem"}"#, "tls.private_key", "is required"),
        Case(#""tls": {"certificate":"tls/key.pem","private_key":"tls/key.pem"}"#, "tls.certificate", "CERTIFICATE"),
        Case(#""tls": []"#, "tls", "must not be empty"),
        Case(#""tls": [{"certificate":"tls/fullchain.pem"}]"#, "tls[0].private_key", "is required"),
        Case(
            #""tls": [{"certificate":"tls/fullchain.pem","private_key":"tls/key.pem"},{"certificate":"tls/fullchain.pem","private_key":"tls/key.pem"}]"#,
            "tls[1]", "is already in the list"),
        Case(#""admin_listen": "127.0.0.1:80""#, "admin_listen", "same as listen"),
        Case(#""sessions": {"idle":"48h"}"#, "sessions.idle", "longer than absolute"),
        Case(#""sessions": {"absolute":"1h"}"#, "sessions.absolute", "shorter than idle"),
        Case(#""mail": {"from":"a@b.c","smtp":"smtp://h","username":"u"}"#, "mail.password", "username"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"g","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].claim_value", "is required unless"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"g","claim_value":"x","match":"exists","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].claim_value", "no meaning"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"","claim_value":"x","role":"organization-viewer"}]}]"#,
            "organizations[0].claim_mappings[0].claim_name", "not an empty string"),
        Case(
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"g","claim_value":"x","role":"organization-manger"}]}]"#,
            "organizations[0].claim_mappings[0].role", #"did you mean "organization-manager""#),
        Case(
            #""organizations": [{"id":"a","license":{"runners":-1}}]"#, "organizations[0].license.runners",
            "whole number"),
        Case(
            #""organizations": [{"id":"a","license":{"runner":1}}]"#, "organizations[0].license.runner",
            #"did you mean "runners""#),
        Case(#""client_id": "x""#, "client_id", "is not a setting here, but providers[].client_id is"),
        Case("\"a\\u001b[31mb\": 1", "\"a\\u{1B}[31mb\"", "is not a setting; allowed here: public_url, listen, "),
    ]

    @Test("settings that contradict each other are reported", arguments: cases)
    func crossChecks(_ wrong: Case) {
        let faults = TestFiles.faults(TestFiles.file(wrong.members))
        #expect(
            faults.count == 1 && faults[0].path == wrong.path && faults[0].message.contains(wrong.words), "\(faults)")
    }

    @Test("valid combinations are accepted")
    func combinations() {
        let good = [
            #""providers": [{"id":"a","issuer":"http://127.0.0.1:9/x","insecure_allow_http":true}]"#,
            #""providers": [{"id":"a","issuer":"http://[::1]:9","insecure_allow_http":true}]"#,
            #""providers": [{"id":"a","issuer":"https://i","audiences":["x"]},{"id":"b","issuer":"https://i","audiences":["y"]}]"#,
            #""organizations": [{"id":"a","claim_mappings":[{"claim_name":"g","match":"exists","role":"organization-viewer"}]}]"#,
            #""secret_key": [{"env":"A_KEY"},{"file":"secret.key"}]"#,
        ]
        for members in good { #expect(TestFiles.faults(TestFiles.file(members)).isEmpty, "\(members)") }
    }
}
