public import HTTPMessage
internal import Text

/// The browser's statements about a request's origin.
public enum RequestOrigin {
    /// Returns true if the request states that another site made it (Fetch Metadata; RFC 6454, section 7). A request
    /// without such fields is not refused: the form token then protects it.
    ///
    /// Forms of pages with `Referrer-Policy: no-referrer` are sent with `Origin: null` (Fetch, section 3.1). So are
    /// those of sandboxed frames of any site; `Sec-Fetch-Site` distinguishes them.
    public static func isForeign(_ request: Request, origin: String) -> Bool {
        let sites = request.fields(.fetchSite)
        guard sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }), sites.count <= 1 else { return true }
        let origins = request.fields(.origin)
        guard origins.count <= 1 else { return true }
        return origins.contains { !$0.isExactly(origin) && !($0 == "null" && sites == ["same-origin"]) }
    }

    /// Returns true if a page of this site provably made the request: the browser states it, and no page of another site
    /// can (Fetch Metadata).
    public static func isOwnPage(_ request: Request, origin: String) -> Bool {
        let sites = request.fields(.fetchSite)
        return sites.count == 1 && sites[0].isExactly("same-origin") && !isForeign(request, origin: origin)
            && acceptsHTML(request)
    }

    /// Returns true if a user follows a link or types an address; only then does a redirect to a sign-in page help.
    /// Scripts and programs (`Accept` without HTML, `X-Requested-With`, `Sec-Fetch-Mode` other than `navigate`) get a
    /// status instead.
    public static func isNavigation(_ request: Request) -> Bool {
        (request.method == .get || request.method == .head) && isNavigation(ofSafeMethod: request)
    }

    /// Variant of ``isNavigation(_:)`` for a request that another one is about: its method is checked by the caller.
    public static func isNavigation(ofSafeMethod request: Request) -> Bool {
        guard request.field(.requestedWith) == nil else { return false }
        if let mode = request.field(.fetchMode), mode != "navigate" { return false }
        if let destination = request.field(.fetchDestination), destination != "document" { return false }
        return acceptsHTML(request)
    }

    /// Returns true if the client's `Accept` field names HTML.
    public static func acceptsHTML(_ request: Request) -> Bool {
        request.fields(.accept).contains { field in
            field.asciiLowercased().split(at: ",").contains { range in
                let parts = range.split(at: ";").map { $0.trimmingBlanks() }
                guard ["text/html", "application/xhtml+xml"].contains(exactly: parts[0]) else { return false }
                return !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(exactly: $0) }
            }
        }
    }
}
