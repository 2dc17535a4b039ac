public import PageLayout
public import Web

/// A question to a user who wants to sign out of an application: the session ends for all of them.
public struct ConfirmSignOutPage: Sendable {
    private let account: Account

    /// - Parameter account: the signed-in user, with the form token of the session.
    public init(account: Account) {
        self.account = account
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card">
            <h1>Sign out?</h1>
            <p>You are signed in as <strong>\(account.name)</strong>. Signing out ends this session for Gatehouse and for all applications behind it.</p>
            <div class="actions">\(account.signOut(title: "Sign out"))
            <a class="button" href="/">Cancel</a></div>
            </div>
            """
        return Page(title: "Sign out?", account: account, content: content).document
    }
}
