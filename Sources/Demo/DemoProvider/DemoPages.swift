internal import HTTPMessage
internal import Web

/// The HTML pages of the demo provider.
enum DemoPages {
    static func welcome(_ people: [DemoPerson]) -> Response {
        let names = people.map { person -> HTML in "<li>\(person.name), \(person.email): \(person.note)</li>" }
        return page(
            .ok, "Demo provider",
            "<p>Users are redirected here from the gateway to sign in. The demo's users are:</p><ul>\(names)</ul>")
    }

    /// The page on which the user chooses an account.
    static func choice(
        _ people: [DemoPerson], request: [(name: String, value: String)], client: DemoAuthorization
    ) -> Response {
        let hidden = request.map { item -> HTML in
            "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">"
        }
        let buttons = people.map { person -> HTML in
            """
            <li><button name="person" value="\(person.id)"><strong>\(person.name)</strong><span>\(person.email)</span><small>\(person.note)</small></button></li>
            """
        }
        return page(
            .ok, "Sign in as …",
            """
            <p><em>\(client.client.id)</em> asks who you are. No password is needed: all users here are invented.</p>
            <form method="post" action="/authorize">\(hidden)<ul class="people">\(buttons)</ul><button class="cancel" name="person" value="">Cancel</button></form>
            """)
    }

    static func message(_ status: Status, _ title: String, _ text: String) -> Response {
        page(status, title, "<p>\(text)</p>")
    }

    /// Redirects to a URL. The body has a link to it as well.
    static func goOn(to url: String) -> Response {
        var response = page(.seeOther, "Continue", "<p><a href=\"\(url)\">Continue</a></p>")
        response.fields.append(.location, url)
        return response
    }

    /// A form that the user submits by a button, without scripts.
    static func post(_ items: [(name: String, value: String)], to url: String) -> Response {
        let hidden = items.map { item -> HTML in
            "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">"
        }
        return page(
            .ok, "Continue",
            "<form method=\"post\" action=\"\(url)\">\(hidden)<button class=\"cancel\">Continue</button></form>")
    }

    private static func page(_ status: Status, _ title: String, _ content: HTML) -> Response {
        let document: HTML = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · Demo provider</title><link rel="stylesheet" href="/style.css"></head>
            <body><main><p class="mark">Demo provider, for tests only</p><h1>\(title)</h1>\(content)</main></body></html>

            """
        // The policy has no form-action, because browsers would also apply it to the redirect to the client, whose
        // address may be any.
        let fields = Fields([
            (.contentType, "text/html; charset=utf-8"), (.cacheControl, "no-store"),
            (.contentSecurityPolicy, "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
            (.contentTypeOptions, "nosniff"), (.referrerPolicy, "no-referrer"),
        ])
        return Response(status, fields: fields, body: document.bytes)
    }

    static var stylesheet: Response {
        let fields = Fields([(.contentType, "text/css; charset=utf-8"), (.cacheControl, "max-age=3600")])
        return Response(.ok, fields: fields, body: Array(css.utf8))
    }

    private static let css = """
        :root { color-scheme: light dark; --ground: #f4f1ea; --card: #fff; --ink: #2b2117; --quiet: #6d5f50; --line: #ded5c6; --accent: #8a4b08; }
        @media (prefers-color-scheme: dark) { :root { --ground: #17130e; --card: #221c15; --ink: #f1e9de; --quiet: #b7a896; --line: #3d3327; --accent: #f0b26b; } }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 28rem; margin: 6vh auto; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
        h1 { margin: 0 0 .5rem; font-size: 1.5rem; }
        .mark { margin: 0 0 1rem; color: var(--accent); font-weight: 600; font-size: .875rem; }
        .people { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .6rem; }
        button { font: inherit; color: inherit; width: 100%; text-align: left; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: none; cursor: pointer; }
        button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
        button span, button small { display: block; color: var(--quiet); }
        .cancel { text-align: center; }

        """
}
