public import Web

/// What all pages have in common: the document around a page's own content.
struct Page {
    let title: String
    /// Who is signed in, and the way out; `nil` for pages of nobody.
    var account: Account?
    /// Where one is, from the outside in: names and addresses.
    var path: [(name: String, url: String)] = []
    let content: HTML

    /// A page that goes on by itself after a second, to this address.
    var goesOnTo: String?

    var document: HTML {
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
            <nav aria-label="Where you are"><ol class="path"><li><a class="brand" href="/">Gatehouse</a></li>\(crumbs)</ol></nav>
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

/// A page as a value, which its document is made of.
public protocol DocumentPage: Sendable {
    /// The whole document. Making it takes as long as its tables are.
    var document: HTML { get }
}

/// Who is signed in.
public struct Account: Sendable {
    /// An address, or the provider's name of the person where there is none.
    public let name: String
    /// What the sign-out form carries.
    public let formToken: String?

    public init(name: String, formToken: String?) {
        self.name = name
        self.formToken = formToken
    }

    var markup: HTML {
        """
        <div class="account"><span class="who" title="Signed in as \(name)">\(name)</span>\(signOut(title: "Sign out"))</div>
        """
    }

    /// `nil` for who came with a bearer token and has nothing to sign out of.
    ///
    /// - Parameter isSwitch: whether the user wants to sign in with another account then.
    func signOut(title: String, isSwitch: Bool = false) -> HTML? {
        formToken.map { token in
            let field: HTML = isSwitch ? "<input type=\"hidden\" name=\"switch\" value=\"1\">" : ""
            return """
                <form method="post" action="/auth/logout"><input type="hidden" name="csrf_token" value="\(token)">\(field)<button type="submit">\(title)</button></form>
                """
        }
    }
}
