package import Web

/// The result of a user's action, above a page's content.
public struct Notice: Sendable {
    package enum Kind: String, Sendable {
        /// An action that was done.
        case done
        /// An action with a consequence that needs attention.
        case caution
        /// An action that failed, which changed nothing.
        case trouble
        /// A neutral information.
        case info

        var icon: Icon {
            switch self {
            case .done: .check
            case .caution: .alert
            case .trouble: .cross
            case .info: .info
            }
        }
    }

    let kind: Kind
    let content: HTML
    /// The remedy or the reversal as a button.
    package var button: ButtonForm?
    /// The page without the notice; nil for a notice that stays.
    package var dismissal: String?

    package init(_ kind: Kind, _ content: HTML, button: ButtonForm? = nil, dismissal: String? = nil) {
        (self.kind, self.content, self.button, self.dismissal) = (kind, content, button, dismissal)
    }

    /// A notice of success.
    public static func done(_ text: String) -> Notice { Notice(.done, "\(text)") }

    /// A notice of a failure.
    public static func trouble(_ text: String) -> Notice { Notice(.trouble, "\(text)") }

    package var markup: HTML {
        let role: HTML = kind == .trouble ? "alert" : "status"
        let start: HTML? = kind == .trouble ? "<strong>Nothing was changed.</strong> " : nil
        let close = dismissal.map {
            "<a class=\"dismiss\" href=\"\($0)\" aria-label=\"Dismiss\">\(Icon.close.markup)</a>" as HTML
        }
        return """
            <div class="notice \(kind.rawValue)" role="\(role)">\(kind.icon.markup)<div><p>\(start)\(content)</p></div>\(button?.markup)\(close)</div>
            """
    }
}

/// A form with one button; hidden fields define its action.
package struct ButtonForm: Sendable {
    let path: String
    let token: String?
    let fields: [(name: String, value: String)]
    let title: String
    /// The accessible label, if the title alone is ambiguous.
    var label: String?
    var kind = ""
    /// The ID of a form elsewhere on the page that the button submits; nil for a form of its own.
    var sharedForm: String?

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

    /// A button that submits a form elsewhere on the page, with one more field. A list whose rows share a form is
    /// much shorter than one with a form in each row.
    package init(
        of form: String, token: String?, name: String, value: String, title: String, label: String?, kind: String = ""
    ) {
        self.init(path: "", token: token, fields: [(name, value)], title: title, label: label, kind: kind)
        sharedForm = form
    }

    /// The form that buttons share; nil if the user may not press them.
    package static func shared(
        _ id: String, path: String, token: String?, fields: [(name: String, value: String)]
    ) -> HTML? {
        token.map { "<form id=\"\(id)\" method=\"post\" action=\"\(path)\">\(hidden(fields, $0))</form>" }
    }

    private static func hidden(_ fields: [(name: String, value: String)], _ token: String) -> [HTML] {
        (fields + [("csrf_token", token)]).map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">" }
    }

    /// The form's markup; nil if the user may not press the button.
    package var markup: HTML? {
        guard let token else { return nil }
        let styled: HTML? = kind.isEmpty ? nil : " class=\"\(kind)\""
        let aria: HTML? = label.map { " aria-label=\"\($0)\"" }
        if let sharedForm, let field = fields.first {
            return
                "<button form=\"\(sharedForm)\" name=\"\(field.name)\" value=\"\(field.value)\"\(styled)\(aria)>\(title)</button>"
        }
        return
            "<form method=\"post\" action=\"\(path)\" class=\"inline\">\(ButtonForm.hidden(fields, token))<button type=\"submit\"\(styled)\(aria)>\(title)</button></form>"
    }
}
