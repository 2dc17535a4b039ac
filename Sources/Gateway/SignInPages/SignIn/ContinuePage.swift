internal import PageLayout
public import Web

/// A page that continues by itself to a URL that a redirect after a form may not reach: browsers apply `form-action`
/// to it.
public struct ContinuePage: Sendable {
    /// The action that continues at the URL.
    public enum Purpose: Sendable {
        case signIn
        case signOut
    }

    private let url: String
    private let purpose: Purpose

    public init(_ purpose: Purpose, url: String) {
        self.purpose = purpose
        self.url = url
    }

    public var document: HTML {
        let (title, text): (String, String) =
            switch purpose {
            case .signIn: ("Signing you in", "Your identity provider is next.")
            case .signOut: ("Signing you out", "You are signed out here. Your identity provider is next.")
            }
        let content: HTML = """
            <div class="card">
            <h1>\(title)</h1>
            <p>\(text)</p>
            <p><a class="button primary" href="\(url)">Continue</a></p>
            </div>
            """
        return Page(title: title, content: content, goesOnTo: url).document
    }
}
