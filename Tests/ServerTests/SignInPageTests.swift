import HTTPMessage
import Testing
import Time

@testable import Server

@Suite("The general sign-in page")
struct SignInPageTests {
    /// A number of providers beside the first one.
    private func world(_ more: Int, _ members: String = "", first: String = "") throws -> GatewayWorld {
        let others = (0..<more).map { index in
            """
            , {"id": "customer-\(index)", "issuer": "http://127.0.0.1:\(20_000 + index)", "insecure_allow_http": true,
               "client_id": "c", "email_domains": ["customer-\(index).example"]\(members)}
            """
        }
        return try GatewayWorld(SettingsText(providerSettings: first, secondProvider: others.joined()))
    }

    private func names(_ world: GatewayWorld, _ path: String = "/auth/login") async throws -> [String] {
        let page = try await TestBrowser(world).open(path)
        #expect(page.status == 200)
        #expect(page.body.contains("<input id=\"email\" name=\"email\""))
        return page.body.matches(of: /\/auth\/login\?provider=([a-z0-9-]+)/).map { String($0.1) }
    }

    @Test("up to five providers are listed; of more, those with listed: true, if at most eight")
    func listedByDefault() async throws {
        for path in ["/", "/auth/login"] {
            #expect(try await names(world(4), path).count == 5)
            #expect(try await names(world(5), path).isEmpty)
            #expect(try await names(world(5, first: ", \"listed\": true"), path) == ["idp"])
            #expect(try await names(world(1, ", \"listed\": false"), path) == ["idp"])
            #expect(try await names(world(7, ", \"listed\": true", first: ", \"listed\": true"), path).count == 8)
            #expect(try await names(world(8, ", \"listed\": true", first: ", \"listed\": true"), path).isEmpty)
        }
    }

    @Test("a provider is shown by its name, or by its id if it has none")
    func labels() async throws {
        let page = try await TestBrowser(try world(1, first: ", \"name\": \"Acme & Co (Okta)\"")).open("/auth/login")
        #expect(page.body.contains("Acme &amp; Co (Okta)") && page.body.contains("customer-0"))
        #expect(page.body.contains("/auth/login?provider=idp\"") && !page.body.contains(">idp<"))
    }

    @Test("providers without a client_id are ignored")
    func bearerOnly() async throws {
        let bearer = (0..<6).map { index in
            ", {\"id\": \"b-\(index)\", \"issuer\": \"https://b\(index).example\"}"
        }
        let world = try GatewayWorld(
            SettingsText(
                secondProvider: bearer.joined() + SettingsText.otherProvider()))
        #expect(try await names(world) == ["idp", "other"])
    }

    @Test("the only provider is used without a choice, unless it is not listed")
    func only() async throws {
        #expect(try await TestBrowser(try world(0)).begin().hasPrefix(SettingsText.issuer))
        let world = try world(0, first: ", \"listed\": false")
        #expect(try await names(world).isEmpty)
        #expect(try await TestBrowser(world).begin("email=a%40acme.example").hasPrefix(SettingsText.issuer))
    }

    @Test("an organization selects no provider, and the response does not reveal whether it exists")
    func organization() async throws {
        for world in [try world(1), try world(6), try world(9, ", \"listed\": true")] {
            func body(_ organization: String) async throws -> String {
                let page = try await TestBrowser(world).open("/auth/login?organization=\(organization)")
                #expect(page.status == 200)
                return page.body.replacing(organization, with: "ORGANIZATION")
            }
            let known = try await body("acme")
            #expect(known.contains("name=\"organization\" value=\"ORGANIZATION\""))
            #expect(try await body("nowhere") == known)
        }
        let single = try world(0)
        #expect(try await TestBrowser(single).open("/auth/login?organization=acme").status == 303)
        #expect(try await TestBrowser(single).open("/auth/login?organization=nowhere").status == 303)
    }

    @Test("an address's domain selects the provider, among the organization's own if several have it")
    func domain() async throws {
        let world = try GatewayWorld(
            SettingsText(
                secondProvider: SettingsText.otherProvider(#", "email_domains": ["acme.example", "elsewhere.example"]"#)
            ))
        try world.reload(
            rewriting: (
                "\"id\": \"globex\", \"name\": \"Globex\", \"providers\": [\"idp\"]",
                "\"id\": \"globex\", \"name\": \"Globex\", \"providers\": [\"other\"]"
            ))
        func issuer(_ query: String) async throws -> String {
            String(try await TestBrowser(world).begin(query).prefix { $0 != "?" }.dropLast("/authorize".count))
        }
        #expect(try await issuer("email=a%40ACME.example") == SettingsText.issuer)
        #expect(try await issuer("email=a%40acme.example&organization=acme") == SettingsText.issuer)
        #expect(try await issuer("email=a%40acme.example&organization=globex") == SettingsText.otherIssuer)
        #expect(try await issuer("email=a%40acme.example&organization=nowhere") == SettingsText.issuer)
        // An organization without a provider for the domain changes nothing.
        #expect(try await issuer("email=a%40elsewhere.example&organization=acme") == SettingsText.otherIssuer)
    }

    @Test("unknown input gets one fixed response, which does not repeat it")
    func unknown() async throws {
        let world = try world(6)
        var bodies: Set<String> = []
        for path in [
            "/auth/login?email=a%40nowhere.example", "/auth/login?email=b%40customer-1.example.evil",
            "/auth/login?email=x",
            "/auth/login?email=a%40\u{212A}x.example".replacing("\u{212A}", with: "%E2%84%AA"),
            "/auth/login?provider=nowhere", "/auth/login?provider=IDP",
            "/auth/login?provider=\(String(repeating: "a", count: 200))",
            "/auth/login?email=\(String(repeating: "a", count: 300))%40acme.example",
            "/auth/initiate?iss=https%3A%2F%2Fnowhere.example&login_hint=a", "/auth/initiate",
        ] {
            let page = try await TestBrowser(world).open(path)
            #expect(page.status == 200 && page.setCookies.isEmpty, "\(path)")
            #expect(page.body.contains("No identity provider matches"))
            bodies.insert(page.body)
        }
        #expect(bodies.count == 1)
    }

    @Test("guesses are limited per address")
    func limited() async throws {
        let world = try world(6)
        var statuses: [Int] = []
        for index in 0..<301 {
            statuses.append(
                try await world.send("GET", "/auth/initiate?iss=\(index)", from: "198.51.100.7").status)
        }
        #expect(statuses.first == 200 && statuses.last == 429)
    }

    @Test(
        "an address that is not complete stands at the field, and is kept",
        arguments: ["bob", "bob@acme", "@acme.example", "bob@acme.", "bob@.example", "bob smith@acme example", ""])
    func faultyAddress(_ address: String) async throws {
        // The answer is the same with one provider, which would otherwise be used without a choice.
        for world in [try world(0), try world(6)] {
            let items = [("from", "form"), ("email", address), ("return_to", "/account")]
            let page = try await TestBrowser(world).open("/auth/login?\(FormEncoding.query(items))")
            #expect(page.status == 200)
            #expect(page.body.contains("Enter a full email address, such as you@company.com."))
            #expect(page.body.contains("value=\"\(address)\" aria-invalid=\"true\" aria-describedby=\"email-fault\""))
            #expect(page.body.contains("name=\"return_to\" value=\"/account\""))
            #expect(page.body.contains("<title>1 error · Sign in · Gatehouse</title>"))
        }
    }

    @Test("a full address that no provider has stands at the field; one that another site passed on is not shown")
    func unknownAddress() async throws {
        let world = try world(6)
        let typed = try await TestBrowser(world).open("/auth/login?from=form&email=bob%40nowhere.example")
        #expect(typed.body.contains("value=\"bob@nowhere.example\""))
        #expect(typed.body.contains("No identity provider matches this address."))
        let linked = try await TestBrowser(world).open("/auth/login?email=bob%40nowhere.example")
        #expect(!linked.body.contains("bob@nowhere.example") && !linked.body.contains("aria-invalid"))
    }
}
