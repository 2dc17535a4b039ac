package import Cryptography
package import HTTPMessage
package import Invitations
package import Time
package import Web

/// The invitation that is open in a browser. Its token is sealed in the browser's own cookie.
package struct OpenedInvitation: Sendable {
    private let cookie: Cookie
    private let box: SealedBox
    private let now: Timestamp
    /// The usable cookies that the browser sent.
    private let browsers: [BrowserCookie]

    /// Returns nil without a secret key, which sealing requires.
    package init?(_ request: Request, of site: Site, under signIn: SignInConfiguration, at now: Timestamp) {
        guard let box = signIn.box else { return nil }
        cookie = site.browserCookie
        self.box = box
        self.now = now
        browsers = cookie.values(in: request).compactMap(BrowserCookie.init)
    }

    /// The token; nil if no invitation is open.
    package var token: InvitationToken? {
        browsers.lazy.compactMap { $0.invitation(box, at: now) }.first
    }

    /// Returns the value of `Set-Cookie` that opens another invitation in this browser.
    package func opening(_ token: InvitationToken) throws(CryptographyError) -> String {
        let known = if let browser = browsers.first { browser } else { try BrowserCookie.make() }
        return cookie.setting(try known.holding(token, in: box, at: now).value)
    }

    /// The values of `Set-Cookie` that close the invitation; empty if the browser has no cookie.
    package var closing: [String] {
        let empty = try? browsers.first?.holding(nil, in: box, at: now)
        return empty.map { [cookie.setting($0.value)] } ?? []
    }
}
