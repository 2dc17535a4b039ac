internal import HTTPMessage
internal import RuntimeConfiguration
package import Sessions
package import SignInFlow

/// The protection of an endpoint against requests that another site makes with the user's session.
package enum ForgeryRule {
    /// A request that changes state and has a session needs the session's form token.
    case formToken
    /// The endpoint has no session of its own to protect, or protects it itself.
    case exempt(Exemption)

    /// A reason why an endpoint needs no form token.
    package enum Exemption {
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

extension RequestForgery {
    /// The problem before the content is read; nil if the request may go on. A form's own token is checked with its
    /// content.
    package static func problem(_ context: RequestContext, _ endpoint: Endpoint, of token: SessionToken) -> Problem? {
        let request = context.request
        guard request.method.changesState, case .formToken = endpoint.forgery else { return nil }
        let isOwn =
            endpoint.access.readsForm && request.field(.formToken) == nil
            ? !context.comesFromOtherSite
            : RequestForgery.isOwn(request, origin: context.configuration.publicURL, of: token, sent: nil)
        return isOwn
            ? nil
            : Problem(
                .requestForgery,
                detail: "Send the session's csrf_token (GET /api/v1/me) in the X-CSRF-Token field.")
    }
}
