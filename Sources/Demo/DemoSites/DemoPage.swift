public import HTTPMessage
public import Web

/// The frame of the pages of the demo's sites, which differs from the gateway's own pages in style, so that a user sees
/// where a redirect has led.
public struct DemoPage: Sendable {
    private let site: String
    private let mark: String
    private let stylesheetPath: String

    /// - Parameters:
    ///   - site: the name of the site, for titles.
    ///   - mark: the line above the heading.
    ///   - stylesheetPath: the path at which the site serves ``stylesheet``.
    public init(site: String, mark: String, stylesheetPath: String) {
        (self.site, self.mark, self.stylesheetPath) = (site, mark, stylesheetPath)
    }

    /// A page with a heading and content.
    ///
    /// - Parameter isWide: true for content wider than a short form.
    public func response(_ status: Status, _ title: String, _ content: HTML, isWide: Bool = false) -> Response {
        let document: HTML = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · \(site)</title><link rel="icon" href="data:,"><link rel="stylesheet" href="\(stylesheetPath)"></head>
            <body><main\(" class=\"wide\"", if: isWide)><p class="mark">\(mark)</p><h1>\(title)</h1>\(content)</main></body></html>

            """
        // The policy has no form-action, because browsers would also apply it to the redirect to the client, whose
        // address may be any.
        let fields = Fields([
            (.contentType, "text/html; charset=utf-8"), (.cacheControl, "no-store"),
            (
                .contentSecurityPolicy,
                "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
            ),
            (.contentTypeOptions, "nosniff"), (.referrerPolicy, "no-referrer"),
        ])
        return Response(status, fields: fields, body: document.bytes)
    }

    /// The stylesheet of all pages.
    public static var stylesheet: Response {
        let fields = Fields([(.contentType, "text/css; charset=utf-8"), (.cacheControl, "max-age=3600")])
        return Response(.ok, fields: fields, body: Array(css.utf8))
    }

    private static let css = """
        :root { color-scheme: light dark; --ground: #f4f1ea; --card: #fff; --ink: #2b2117; --quiet: #6d5f50; --line: #ded5c6; --accent: #8a4b08; --good: #256029; --good-ground: #e7f3e4; --bad: #a1221c; --bad-ground: #fbe9e6; }
        @media (prefers-color-scheme: dark) { :root { --ground: #17130e; --card: #221c15; --ink: #f1e9de; --quiet: #b7a896; --line: #3d3327; --accent: #f0b26b; --good: #9fd79b; --good-ground: #1f2f1d; --bad: #f5a79f; --bad-ground: #3a1f1b; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        main { max-width: 28rem; margin: 6vh auto; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
        main.wide { max-width: 52rem; }
        h1 { margin: 0 0 .5rem; font-size: 1.5rem; }
        h2 { margin: 1.75rem 0 .25rem; font-size: 1.0625rem; }
        p { margin: .5rem 0; }
        a { color: var(--accent); }
        a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
        .mark { margin: 0 0 1rem; color: var(--accent); font-weight: 600; font-size: .875rem; }
        .quiet { color: var(--quiet); font-size: .875rem; }
        .people { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .6rem; }
        button { font: inherit; color: inherit; width: 100%; text-align: left; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: none; cursor: pointer; }
        button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
        button span, button small { display: block; color: var(--quiet); }
        .cancel { text-align: center; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1.25rem; padding: .25rem 0 .75rem; border-bottom: 1px solid var(--line); }
        nav a { padding: .25rem 0; }
        nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
        nav .leave { margin-left: auto; }
        .verdict { margin: 1rem 0; padding: .8rem 1rem; border-radius: 10px; border: 1px solid currentColor; }
        .verdict p { margin: .15rem 0 0; color: var(--ink); }
        .verdict.good { color: var(--good); background: var(--good-ground); }
        .verdict.bad { color: var(--bad); background: var(--bad-ground); }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; }
        th, td { padding: .5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
        tr:first-child > * { border-top: 0; }
        th { width: 38%; padding-right: 1rem; font-weight: 400; color: var(--quiet); }
        code { font: .875rem/1.5 ui-monospace, monospace; }
        @media (max-width: 40rem) {
          main, main.wide { margin: 0; min-height: 100vh; padding: 1.25rem; border: 0; border-radius: 0; }
          th, td { display: block; width: auto; padding: .5rem 0 0; }
          td { padding: 0 0 .5rem; border-top: 0; }
        }

        """
}
