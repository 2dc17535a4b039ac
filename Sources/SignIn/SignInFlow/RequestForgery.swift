package import HTTPMessage
package import Sessions
internal import Web

/// The one check for requests that another site makes with the user's session.
package enum RequestForgery {
    /// Returns true if a request comes from a form or script of this site, in the session of a token.
    ///
    /// - Parameters:
    ///   - origin: the origin of this site.
    ///   - sent: the form's token; nil if the form has none. The field `X-CSRF-Token` takes precedence.
    package static func isOwn(_ request: Request, origin: String, of token: SessionToken, sent: String?) -> Bool {
        guard !RequestOrigin.isForeign(request, origin: origin) else { return false }
        return (request.field(.formToken) ?? sent).map(token.isFormToken) ?? false
    }
}
