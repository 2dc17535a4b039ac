package import Web

/// The actions on one row of a table, behind one button.
package struct RowMenu: Sendable {
    /// One action. A title that ends in `…` leads to a further step.
    package struct Item: Sendable {
        let title: String
        /// The page of the action; nil for a form.
        let url: String?
        /// The form of an action that can be undone, and so needs no question.
        let form: ButtonForm?
        let isDestructive: Bool
        /// Whether the page is a question, which the script shows above the list.
        let asks: Bool

        package init(_ title: String, url: String, isDestructive: Bool = false, asks: Bool = false) {
            (self.title, self.url, form) = (title, url, nil)
            self.isDestructive = isDestructive
            self.asks = asks || isDestructive
        }

        package init(_ form: ButtonForm) {
            (title, url, self.form) = (form.title, nil, form)
            (isDestructive, asks) = (false, false)
        }

        /// The link or the form; nil for a form that the user may not send.
        var markup: HTML? {
            guard let url else { return form?.markup }
            let kind: HTML = isDestructive ? " class=\"danger\"" : ""
            return "<a href=\"\(url)\"\(kind)\(asks ? ConfirmationForm.opener : nil)>\(title)</a>"
        }
    }

    /// What the actions are on, for users who do not see the row.
    let subject: String
    /// Actions in groups, the destructive ones last.
    let groups: [[Item]]

    package init(on subject: String, _ groups: [[Item]]) {
        self.subject = subject
        self.groups = groups.map { $0.filter { $0.markup != nil } }.filter { !$0.isEmpty }
    }

    package var markup: HTML? {
        guard !groups.isEmpty else { return nil }
        let items = groups.enumerated().map { index, items -> [HTML] in
            items.enumerated().map { place, item in
                let divider: HTML = index > 0 && place == 0 ? " class=\"group\"" : ""
                return "<li\(divider)>\(item.markup)</li>"
            }
        }
        return """
            <details class="menu rows"><summary aria-label="Actions on \(subject)">\(Icon.more.markup)</summary><ul class="items">\(items.flatMap { $0 })</ul></details>
            """
    }
}
