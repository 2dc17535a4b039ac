internal import PageLayout
public import Web

/// The user is signed out, and stays signed out until they sign in again.
public struct SignedOutPage: Sendable {
    private let signInURL: String

    /// - Parameter signInURL: the link to sign in again.
    public init(signInURL: String) {
        self.signInURL = signInURL
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card">
            <h1>You are signed out</h1>
            <p>On a shared computer, also close all browser windows.</p>
            <p><a class="button primary" href="\(signInURL)">Sign in again</a></p>
            </div>
            """
        return Page(title: "Signed out", content: content).document
    }
}
