internal import Endpoints
internal import SignInFlow
internal import Time
package import Web

/// The document around the content of every page.
package struct Page {
    package let title: String
    /// The signed-in user, with the form to sign out; nil for pages without a user.
    package var account: Account?
    /// The organization and the current one of its tabs; nil outside an organization.
    package var place: (organization: OrganizationHeader, tab: OrganizationHeader.Tab?)?
    package let content: HTML

    /// The URL to which the page continues by itself after a second.
    package var goesOnTo: String?
    /// False for the sign-in page, which has the mark in its content.
    package var hasHeader = true

    package init(
        title: String, account: Account? = nil,
        place: (organization: OrganizationHeader, tab: OrganizationHeader.Tab?)? = nil,
        hasHeader: Bool = true, content: HTML, goesOnTo: String? = nil
    ) {
        self.title = title
        self.account = account
        self.place = place
        self.content = content
        self.goesOnTo = goesOnTo
        self.hasHeader = hasHeader
    }

    private var header: HTML {
        """
        <header class="top"><div class="bar">
        <a class="brand" href="/" aria-label="Gatehouse">\(Icon.mark)<span>Gatehouse</span></a>
        \(place?.organization.switcher)
        \(account?.markup)
        </div>\(place.map { $0.organization.tabs($0.tab) })</header>
        """
    }

    private var footer: HTML {
        "<footer class=\"foot\"><div>\(account?.zone)<span>Gatehouse</span></div></footer>"
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
            \(Icon.sprite)
            \(hasHeader ? header : nil)
            <main id="main">
            \(content)
            </main>
            \(hasHeader ? footer : nil)
            </body>
            </html>

            """
    }
}

/// The signed-in user.
public struct Account: Sendable {
    /// The full name, or an address, or the user's subject at the provider.
    public let name: String
    /// The address below the name; nil if it is unknown, or shown as the name.
    public let address: String?
    /// The token of the sign-out form.
    public let formToken: String?
    /// The times of the pages.
    public let times: PageTimes

    public init(name: String, address: String? = nil, formToken: String?, times: PageTimes = PageTimes()) {
        self.times = times
        self.name = name
        self.address = address
        self.formToken = formToken
    }

    var markup: HTML {
        let address: HTML? = address.map { "<br><span class=\"quiet small\">\($0)</span>" }
        let signOut = signOut(title: "Sign out", icon: .leave).map { "<li class=\"group\">\($0)</li>" as HTML }
        return """
            <details class="menu account"><summary>\(Avatar(name).markup)<span class="hidden">Your account: </span><span class="name">\(name)</span><span class="chevron">\(Icon.chevron.markup)</span></summary>
            <ul class="items"><li class="who"><strong>\(name)</strong>\(address)</li><li class="group"><a href="\(Paths.account.text)">\(Icon.user.markup)Your account</a></li><li><a href="\(Paths.account.text)#sessions">\(Icon.laptop.markup)Sessions</a></li><li><a href="\(Account.zonePath)">\(Icon.clock.markup)Time zone</a></li>\(signOut)</ul></details>
            """
    }

    /// The place on the account page where the time zone is chosen.
    static let zonePath = "\(Paths.account.text)#zone"

    /// The time zone of the page with a link to change it.
    var zone: HTML {
        "<span>Times in \(times.name(at: Timestamp.now()))</span><a href=\"\(Account.zonePath)\">Change<span class=\"hidden\"> the time zone</span></a>"
    }

    /// The sign-out form; nil for a caller with a bearer token, who has no session to end.
    ///
    /// - Parameter isSwitch: true if the user wants to sign in with another account afterwards.
    package func signOut(title: String, isSwitch: Bool = false, icon: Icon? = nil) -> HTML? {
        formToken.map { token in
            let field: HTML = isSwitch ? "<input type=\"hidden\" name=\"switch\" value=\"1\">" : ""
            return """
                <form method="post" action="\(SignInPaths.logout.text)"><input type="hidden" name="csrf_token" value="\(token)">\(field)<button type="submit">\(icon?.markup)\(title)</button></form>
                """
        }
    }
}
