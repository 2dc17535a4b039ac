public import HTTPMessage

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
        return origins.contains { $0 != origin && !($0 == "null" && sites == ["same-origin"]) }
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
            field.lowercased().split(separator: ",").contains { range in
                let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
                guard parts.first == "text/html" || parts.first == "application/xhtml+xml" else { return false }
                return !parts.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" || $0 == "q=0.00" || $0 == "q=0.000" }
            }
        }
    }
}
