public import PageLayout
internal import SignInFlow
public import Web

/// A question to a signed-in user whom another site sent here: whether to sign in again.
public struct ConfirmSignInPage: Sendable {
    private let account: Account
    private let fields: [(name: String, value: String)]
    private let formToken: String

    /// - Parameters:
    ///   - fields: the parameters of the sign-in, which the form sends.
    ///   - formToken: the token of the user's session.
    public init(account: Account, fields: [(name: String, value: String)], formToken: String) {
        self.account = account
        self.fields = fields
        self.formToken = formToken
    }

    public var document: HTML {
        let hidden = (fields + [("csrf_token", formToken)]).map { name, value -> HTML in
            "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
        }
        let content: HTML = """
            <div class="card">
            <h1>Sign in again?</h1>
            <p>You are signed in as <strong>\(account.name)</strong>. Another site sent you here to sign in, perhaps with another account.</p>
            <p>Your current session stays until the new sign-in has succeeded.</p>
            <form method="post" action="\(SignInPaths.login.text)">\(hidden)<button class="primary" type="submit">Sign in again</button></form>
            <p><a class="button" href="/">Cancel</a></p>
            </div>
            """
        return Page(title: "Sign in again?", account: account, content: content).document
    }
}
