package import Web

/// The result of a user's action, above a page's content.
public struct Notice: Sendable {
    enum Kind: Sendable {
        case done, trouble
    }

    let kind: Kind
    let text: String
    /// A link that is shown once.
    var link: String?
    /// The remedy as a button.
    package var button: ButtonForm?

    /// A notice of success, with an optional link that is shown once.
    public static func done(_ text: String, link: String? = nil) -> Notice {
        Notice(kind: .done, text: text, link: link)
    }

    /// A notice of a failure.
    public static func trouble(_ text: String) -> Notice { Notice(kind: .trouble, text: text) }

    package var markup: HTML {
        let link: HTML? = link.map { link in
            """
            <p><label for="link">Invitation link, shown only once</label><input id="link" class="once" readonly value="\(link)"></p>
            """
        }
        switch kind {
        case .done:
            return
                "<div class=\"notice done\" role=\"status\">\(Icon.check.markup)<div><p>\(text)</p>\(link)</div></div>"
        case .trouble:
            return
                "<div class=\"notice trouble\" role=\"alert\">\(Icon.cross.markup)<div><p><strong>Nothing was changed.</strong> \(text)</p>\(button?.markup)</div></div>"
        }
    }
}

/// A form with one button; hidden fields define its action.
package struct ButtonForm {
    let path: String
    let token: String?
    let fields: [(name: String, value: String)]
    let title: String
    /// The accessible label, if the title alone is ambiguous.
    var label: String?
    var kind = ""

    package init(
        path: String, token: String?, fields: [(name: String, value: String)], title: String, label: String? = nil,
        kind: String = ""
    ) {
        self.path = path
        self.token = token
        self.fields = fields
        self.title = title
        self.label = label
        self.kind = kind
    }

    /// The form's markup; nil if the user may not press the button.
    package var markup: HTML? {
        guard let token else { return nil }
        let hidden = (fields + [("csrf_token", token)]).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        let aria: HTML? = label.map { " aria-label=\"\($0)\"" }
        return
            "<form method=\"post\" action=\"\(path)\" class=\"inline\">\(hidden)<button type=\"submit\" class=\"\(kind)\"\(aria)>\(title)</button></form>"
    }
}
