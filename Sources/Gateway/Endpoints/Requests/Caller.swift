package import Sessions
package import Tokens

/// A caller whose claims are verified, by a bearer token or by a session.
package struct Caller {
    package let claims: VerifiedClaims
    /// The session; nil for bearer tokens.
    package let session: BrowserSession?

    package init(claims: VerifiedClaims, session: BrowserSession?) {
        self.claims = claims
        self.session = session
    }

    /// The token of the session's forms; nil for programs, which have no forms.
    package var formToken: String? { session.flatMap { try? $0.token.formToken } }
}

/// A session and its secret, which form tokens are checked against.
package struct BrowserSession {
    package let session: Session
    package let token: SessionToken

    package init(session: Session, token: SessionToken) {
        self.session = session
        self.token = token
    }
}
