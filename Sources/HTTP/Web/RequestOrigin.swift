public import HTTPMessage
internal import Text

/// What a browser says about where a request comes from.
public enum RequestOrigin {
    /// Whether the request says that another site made it (Fetch Metadata; RFC 6454, section 7). Browsers that say
    /// nothing are not refused for it: the form token decides there.
    ///
    /// Forms of pages with `Referrer-Policy: no-referrer` are sent with `Origin: null` (Fetch, section 3.1), as are those
    /// of sandboxed frames anywhere; `Sec-Fetch-Site` tells them apart.
    public static func isForeign(_ request: Request, origin: String) -> Bool {
        let sites = request.fields(.fetchSite)
        guard sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }), sites.count <= 1 else { return true }
        let origins = request.fields(.origin)
        guard origins.count <= 1 else { return true }
        return origins.contains { !$0.isExactly(origin) && !($0 == "null" && sites == ["same-origin"]) }
    }

    /// Whether a person follows a link or types an address: only then a redirect to a sign-in page helps. Scripts and
    /// programs (`Accept` without HTML, `X-Requested-With`, `Sec-Fetch-Mode` other than `navigate`) want a status.
    public static func isNavigation(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head, request.field(.requestedWith) == nil else {
            return false
        }
        if let mode = request.field(.fetchMode), mode != "navigate" { return false }
        if let destination = request.field(.fetchDestination), destination != "document" { return false }
        return acceptsHTML(request)
    }

    /// Whether HTML is named among what the client accepts.
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
