internal import HTTPMessage
internal import Sessions
internal import Web

/// The protection of an endpoint against requests that another site makes with the user's session.
enum ForgeryRule {
    /// A request that changes state and has a session needs the session's form token.
    case formToken
    /// The endpoint has no session of its own to protect, or protects it itself.
    case exempt(Exemption)

    /// A reason why an endpoint needs no form token.
    enum Exemption {
        /// A provider's response, which is bound to the browser by its state.
        case callback
        /// A login that another site begins; it changes nothing but the browser's cookie.
        case initiation
        /// A provider's direct request, which has a signed token instead of a session.
        case backchannel
        /// A form of a browser that may have several sessions, or none: the step checks the token of each.
        case everySession
    }
}

/// The one check for requests that another site makes with the user's session.
enum RequestForgery {
    /// Returns true if a request comes from a form or script of this site, in the session of a token.
    ///
    /// - Parameters:
    ///   - origin: the origin of this site.
    ///   - sent: the form's token; the field `X-CSRF-Token` comes before it. Nil if the form has none.
    static func isOwn(_ request: Request, origin: String, of token: SessionToken, sent: String?) -> Bool {
        guard !RequestOrigin.isForeign(request, origin: origin) else { return false }
        return (request.field(.formToken) ?? sent).map(token.isFormToken) ?? false
    }

    /// The problem before the content is read; nil if the request may go on. A form's own token is checked with its
    /// content.
    static func problem(_ context: RequestContext, _ endpoint: Endpoint, of token: SessionToken) -> Problem? {
        let request = context.request
        guard request.method.changesState, case .formToken = endpoint.forgery else { return nil }
        let isOwn =
            endpoint.access.readsForm && request.field(.formToken) == nil
            ? !RequestOrigin.isForeign(request, origin: context.deployment.publicURL)
            : RequestForgery.isOwn(request, origin: context.deployment.publicURL, of: token, sent: nil)
        return isOwn
            ? nil
            : Problem(
                .requestForgery,
                detail: "Send the session's csrf_token (GET /api/v1/me) in the X-CSRF-Token field.")
    }
}
