package import Identities
package import OpenID
package import Tokens
package import Web

/// The result of one step of a sign-in or sign-out, without its presentation.
package struct SignInOutcome: Sendable {
    /// The next step for the browser, or the answer to a provider.
    package enum Next: Sendable {
        /// A path of this site, or a URL from a provider's metadata.
        case redirect(String)
        /// The place that the sign-in was for: the path to return to, or else the page of an organization, or else the
        /// home page.
        case enter(LocalTarget?, organization: OrganizationID?)
        /// A page that leads to a provider. A redirect would break the form's content security policy, because the
        /// browser applies `form-action` to redirects too.
        case leave(to: String, isSigningIn: Bool)
        /// The general sign-in page.
        case choose(SignInQuery, SignInPrompt)
        /// A page that names the signed-in account and asks whether to sign in anew.
        case confirm(account: String, SignInQuery, formToken: String)
        /// A page that names the signed-in account and asks whether to sign out.
        case confirmSignOut(account: String, formToken: String)
        case signedOut
        /// The step cannot continue. With a query, the user may try again.
        case refused(SignInRefusal, retry: SignInQuery?)
        /// A provider's logout token was executed.
        case acknowledged
        /// A provider's logout token was refused.
        case tokenRefused(TokenReason, detail: String)
        /// The store cannot be reached, so a logout token was not executed.
        case storeUnavailable
        /// No provider has this id, or users do not sign in there.
        case unknownProvider
    }

    package let next: Next
    /// Values of `Set-Cookie`.
    package var cookies: [String] = []

    init(_ next: Next, setting cookies: [String] = []) {
        self.next = next
        self.cookies = cookies
    }

    static func redirect(_ target: String) -> SignInOutcome { SignInOutcome(.redirect(target)) }

    static func refused(_ refusal: SignInRefusal, retry: SignInQuery? = nil) -> SignInOutcome {
        SignInOutcome(.refused(refusal, retry: retry))
    }
}

/// The message of the general sign-in page.
package enum SignInPrompt: Sendable {
    /// No message: the user has not named a provider yet.
    case plain
    /// No provider has the named id, domain or issuer. The response does not tell which ones exist.
    case unknown
}

/// The reason why a sign-in or sign-out cannot continue.
package enum SignInRefusal: Sendable {
    /// The query is malformed, or repeats a parameter.
    case badQuery
    /// `target_link_uri` is not on this site.
    case foreignTarget
    /// The response arrived at the path without a provider. `registration` is the redirect URI to register.
    case callbackWithoutProvider(registration: String)
    /// The store, or the sealing key, cannot be used.
    case unavailable
    /// The form was not sent by a page of this session.
    case forgery
    case failed(SignInError)
}
