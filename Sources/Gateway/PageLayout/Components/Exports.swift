package import Web

/// The files of all that a list shows: a menu in the head of the page, and links among the filters of a narrow screen.
package struct Exports {
    package struct File {
        let title: String
        let url: String
        /// The name under which a browser saves the file.
        let name: String

        package init(_ title: String, url: String, name: String) {
            (self.title, self.url, self.name) = (title, url, name)
        }

        fileprivate func link(_ kind: HTML?, _ icon: Icon?) -> HTML {
            "<a\(kind) href=\"\(url)\" download=\"\(name)\">\(icon?.markup)\(title)</a>"
        }
    }

    /// What the files hold, such as `36 workspaces, filters applied`.
    let extent: String
    let files: [File]

    package init(_ extent: String, _ files: [File]) { (self.extent, self.files) = (extent, files) }

    /// The menu; the script replaces its items while the user types.
    package var menu: HTML {
        """
        <details class="menu export"><summary class="button">\(Icon.download.markup)Export</summary><ul class="items"><li class="who quiet small">\(extent)</li>\(files.map { "<li>\($0.link(nil, .download))</li>" as HTML })</ul></details>
        """
    }

    /// The links that a narrow screen has in place of the menu; the script replaces them, too.
    package var links: HTML {
        """
        <span class="phone exported"><span class="quiet small">Export: \(extent)</span>\(files.map { $0.link(" class=\"button\"", .download) })</span>
        """
    }
}
