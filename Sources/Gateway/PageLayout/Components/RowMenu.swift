package import Web

/// The actions on one row of a table, behind one button.
package struct RowMenu: Sendable {
    /// One action. A title that ends in `…` leads to a further step.
    package struct Item: Sendable {
        let title: String
        let url: String
        let isDestructive: Bool

        package init(_ title: String, url: String, isDestructive: Bool = false) {
            self.title = title
            self.url = url
            self.isDestructive = isDestructive
        }
    }

    /// What the actions are on, for users who do not see the row.
    let subject: String
    /// Actions in groups, the destructive ones last.
    let groups: [[Item]]

    package init(on subject: String, _ groups: [[Item]]) {
        self.subject = subject
        self.groups = groups.filter { !$0.isEmpty }
    }

    package var markup: HTML? {
        guard !groups.isEmpty else { return nil }
        let items = groups.enumerated().map { index, items -> [HTML] in
            items.enumerated().map { place, item in
                let divider: HTML = index > 0 && place == 0 ? " class=\"group\"" : ""
                let kind: HTML = item.isDestructive ? " class=\"danger\"" : ""
                return "<li\(divider)><a href=\"\(item.url)\"\(kind)>\(item.title)</a></li>"
            }
        }
        return """
            <details class="menu rows"><summary aria-label="Actions on \(subject)">\(Icon.more.markup)</summary><ul class="items">\(items.flatMap { $0 })</ul></details>
            """
    }
}
