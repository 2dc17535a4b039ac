internal import Endpoints
internal import SignInFlow
public import Web

/// The document around the content of every page.
package struct Page {
    package let title: String
    /// The signed-in user, with the form to sign out; nil for pages without a user.
    package var account: Account?
    /// The breadcrumbs, outermost first: names and URLs.
    package var path: [(name: String, url: String)] = []
    package let content: HTML

    /// The URL to which the page continues by itself after a second.
    package var goesOnTo: String?

    package init(
        title: String, account: Account? = nil, path: [(name: String, url: String)] = [], content: HTML,
        goesOnTo: String? = nil
    ) {
        self.title = title
        self.account = account
        self.path = path
        self.content = content
        self.goesOnTo = goesOnTo
    }

    package var document: HTML {
        let refresh: HTML? = goesOnTo.map { "<meta http-equiv=\"refresh\" content=\"0;url=\($0)\">\n" }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            \(refresh)<title>\(title) · Gatehouse</title>
            <link rel="icon" href="\(Asset.icon.path)">
            <link rel="stylesheet" href="\(Asset.stylesheet.path)">
            <script src="\(Asset.script.path)" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header class="top">
            <nav aria-label="Breadcrumb"><ol class="path"><li><a class="brand" href="/">Gatehouse</a></li>\(crumbs)</ol></nav>
            \(account?.markup)
            </header>
            <main id="main">
            \(content)
            </main>
            </body>
            </html>

            """
    }

    private var crumbs: [HTML] {
        path.map { name, url in "<li><a href=\"\(url)\">\(name)</a></li>" }
    }
}

/// A page as a value, from which its document is made.
public protocol DocumentPage: Sendable {
    /// The whole document. Making it takes time proportional to its tables.
    var document: HTML { get }
}

/// The signed-in user.
public struct Account: Sendable {
    /// An address; the user's subject at the provider if there is none.
    public let name: String
    /// The token of the sign-out form.
    public let formToken: String?

    public init(name: String, formToken: String?) {
        self.name = name
        self.formToken = formToken
    }

    var markup: HTML {
        """
        <div class="account"><a class="who" href="\(Paths.account.text)" title="Your account: \(name)">\(name)</a>\(signOut(title: "Sign out"))</div>
        """
    }

    /// The sign-out form; nil for a caller with a bearer token, who has no session to end.
    ///
    /// - Parameter isSwitch: true if the user wants to sign in with another account afterwards.
    package func signOut(title: String, isSwitch: Bool = false) -> HTML? {
        formToken.map { token in
            let field: HTML = isSwitch ? "<input type=\"hidden\" name=\"switch\" value=\"1\">" : ""
            return """
                <form method="post" action="\(SignInPaths.logout.text)"><input type="hidden" name="csrf_token" value="\(token)">\(field)<button type="submit">\(title)</button></form>
                """
        }
    }
}
