internal import DemoSites
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

    private static let frame = DemoPage(
        site: "Demo provider", mark: "Demo provider, for tests only", stylesheetPath: "/style.css")

    private static func page(_ status: Status, _ title: String, _ content: HTML) -> Response {
        frame.response(status, title, content)
    }
}
