public import PageLayout
internal import SignInFlow
public import Web

/// A question to a user who wants to sign out of an application: the session ends for all of them.
public struct ConfirmSignOutPage: Sendable {
    private let account: Account

    /// - Parameter account: the signed-in user, with the form token of the session.
    public init(account: Account) {
        self.account = account
    }

    public var document: HTML {
        let question = account.formToken.map { token in
            ConfirmationForm(
                "Sign out?",
                "You are signed in as <strong>\(account.name)</strong>. Signing out ends this session for Gatehouse and for all applications behind it.",
                path: SignInPaths.logout.text, token: token, fields: [], button: "Sign out", isDestructive: false,
                cancel: "/"
            ).markup
        }
        return Page(title: "Sign out?", account: account, content: "\(question)").document
    }
}
