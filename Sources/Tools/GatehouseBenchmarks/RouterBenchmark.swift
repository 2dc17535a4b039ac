import HTTPMessage
import Time
import Web

/// Measures the look-up of a path among as many templates as the gateway has, from the path's octets on.
func benchmarkRouter() throws {
    let areas = [
        "workspaces", "summary", "inventory", "denied-sign-ins", "audit-events", "members", "grants", "suspensions",
        "invitations", "claim-mappings",
    ]
    var trie = PathTrie()
    let pages = [
        "/", "/organizations/{org}", "/auth/login", "/auth/callback/{provider}", "/assets/{file}", "/api/v1/me",
    ]
    for text in pages { _ = try trie.insert(PathTemplate(text)) }
    for area in areas {
        _ = try trie.insert(PathTemplate("/organizations/{org}/\(area)"))
        _ = try trie.insert(PathTemplate("/api/v1/organizations/{org}/\(area)"))
        _ = try trie.insert(PathTemplate("/api/v1/organizations/{org}/\(area)/{id}"))
        _ = try trie.insert(PathTemplate("/api/v1/organizations/{org}/\(area)/{id}/part"))
    }
    print("Look-ups of paths")
    for path in [
        "/api/v1/me", "/organizations/acme", "/api/v1/organizations/acme/workspaces",
        "/api/v1/organizations/acme/claim-mappings/0123456789abcdef/part", "/nothing/here",
    ] {
        let target = Target(path: path, query: nil)
        let isThere = path != "/nothing/here"
        report(
            "  \(path)",
            try nanosecondsPerCall {
                guard let decoded = RequestPath(target), (trie.template(of: decoded) != nil) == isThere else {
                    throw UnexpectedResultError()
                }
            })
    }
}
