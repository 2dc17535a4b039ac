internal import Text
package import Web

/// A form that was not processed because the session had ended, with what the user entered.
///
/// Without a session it asks for a sign-in in another tab. With a session it has that session's form token, so that the
/// user can send it again.
package struct UnsentFormPage {
    private let path: String
    private let fields: [(name: String, value: String)]
    private let account: Account?
    private let organization: OrganizationHeader?
    private let signIn: String

    /// - Parameters:
    ///   - path: the path and query that the form is sent to.
    ///   - account: the signed-in user; nil if there is no session.
    ///   - signIn: the URL of the sign-in.
    package init(
        path: String, fields: [(name: String, value: String)], account: Account?, organization: OrganizationHeader?,
        signIn: String
    ) {
        (self.path, self.account, self.organization, self.signIn) = (path, account, organization, signIn)
        self.fields = fields.filter { !$0.name.isExactly("csrf_token") }
    }

    package var document: HTML {
        let token = account?.formToken
        let hidden = (fields + (token.map { [("csrf_token", $0)] } ?? [])).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        let title = token == nil ? "Your session has ended" : "Send this again?"
        let text: HTML =
            token == nil
            ? "Sign in to continue. What you entered is kept on this page: sign in in another tab, then come back and select <em>Send again</em>."
            : "Your session had ended when you sent this, so nothing was changed. What you entered is still here."
        let signIn: HTML? =
            token == nil
            ? "<a class=\"button primary\" href=\"\(signIn)\" target=\"_blank\" rel=\"noopener\">Sign in</a>" : nil
        let kind: HTML = token == nil ? "" : " class=\"primary\""
        let content: HTML = """
            <div class="narrow"><h1>\(title)</h1><p>\(text)</p>
            <form method="post" action="\(path)">\(hidden)<div class="buttons">\(signIn)<button type="submit"\(kind)>Send again</button><a class="button" href="/">Back to home</a></div></form></div>
            """
        return Page(title: title, account: account, place: organization.map { ($0, nil) }, content: content).document
    }
}
