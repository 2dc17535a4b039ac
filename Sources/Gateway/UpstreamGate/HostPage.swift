internal import PageLayout
internal import Web

/// A page of the gateway at an application's host. It shows nothing of the user's account, and needs no file of the
/// application.
struct HostPage {
    struct Action {
        let title: String
        let url: String
    }

    /// The status of an error; nil if the page is none.
    var status: Int?
    let title: String
    let text: String
    /// The gateway's home page.
    let home: String
    /// The first one is the most helpful.
    let actions: [Action]
    let requestID: String

    /// The stylesheet at applications' hosts.
    static let stylesheetPath = UpstreamPaths.prefix + Asset.stylesheet.fileName

    var document: HTML {
        let links = actions.enumerated().map { index, action -> HTML in
            index == 0
                ? "<a class=\"button primary\" href=\"\(action.url)\">\(action.title)</a> "
                : "<a class=\"button\" href=\"\(action.url)\">\(action.title)</a>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) · Gatehouse</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="\(HostPage.stylesheetPath)">
            </head>
            <body>
            <header class="top"><div class="bar"><a class="brand" href="\(home)" aria-label="Gatehouse">\(Icon.mark)<span>Gatehouse</span></a></div></header>
            <main id="main">
            <div class="narrow">
            \(status.map { "<p class=\"status\">Error \($0)</p>" as HTML })
            <h1>\(title)</h1>
            <p>\(text)</p>
            <div class="buttons">\(links)</div>
            \(RequestIDLine(id: requestID).markup)
            </div>
            </main>
            </body>
            </html>

            """
    }
}
