internal import Text
package import Web

/// One field of a form with its label, its hint and the fault of what was entered.
package struct FormField: Sendable {
    package enum Kind: Sendable {
        case text
        case email
        case date
        case lines(count: Int)
        case select([(value: String, title: String)])
        /// A box to be checked, with the label at its right; `value` is sent if it is checked.
        case check
    }

    package let name: String
    let label: String
    let kind: Kind
    var value: String
    var hint: HTML?
    /// What is wrong with the value, as a sentence; nil if nothing is.
    package var fault: String?
    var isRequired: Bool
    var maximum: Int
    var placeholder: String

    package init(
        _ name: String, _ label: String, _ kind: Kind = .text, value: String = "", hint: HTML? = nil,
        fault: String? = nil, isRequired: Bool = false, maximum: Int = 1024, placeholder: String = ""
    ) {
        (self.name, self.label, self.kind, self.value, self.hint) = (name, label, kind, value, hint)
        (self.fault, self.isRequired, self.maximum, self.placeholder) = (fault, isRequired, maximum, placeholder)
    }

    package var markup: HTML {
        let hinted = hint.map { "<p class=\"hint\" id=\"\(name)-hint\">\($0)</p>" as HTML }
        let faulty = fault.map { "<p class=\"fault\" id=\"\(name)-fault\">\(Icon.cross.markup)\($0)</p>" as HTML }
        if case .check = kind {
            return """
                <div class="field"><div class="check">\(control)<label for="\(name)">\(label)</label></div>\(hinted)\(faulty)</div>
                """
        }
        return """
            <div class="field"><label for="\(name)">\(label)</label>\(control)\(hinted)\(faulty)</div>
            """
    }

    private var control: HTML {
        let described = [hint == nil ? nil : "\(name)-hint", fault == nil ? nil : "\(name)-fault"].compactMap { $0 }
        let description: HTML =
            described.isEmpty ? "" : " aria-describedby=\"\(described.joined(separator: " "))\""
        let state: HTML = fault == nil ? "" : " aria-invalid=\"true\" autofocus"
        let shared: HTML =
            "id=\"\(name)\" name=\"\(name)\"\(isRequired ? " required" as HTML : "")\(description)\(state)"
        switch kind {
        case .text, .email, .date:
            let type: HTML =
                switch kind {
                case .email: "email"
                case .date: "date"
                default: "text"
                }
            let hint: HTML = placeholder.isEmpty ? "" : " placeholder=\"\(placeholder)\""
            return """
                <input \(shared) type="\(type)" value="\(value)" maxlength="\(maximum)" autocomplete="off"\(hint)>
                """
        case .check:
            return "<input \(shared) type=\"checkbox\" value=\"\(value)\">"
        case .lines(let count):
            // A line feed directly after the tag is not part of the value (HTML, section 13.1.2.5).
            return "<textarea \(shared) rows=\"\(count)\" maxlength=\"\(maximum)\">\n\(value)</textarea>"
        case .select(let options):
            let items = options.map { option -> HTML in
                "<option value=\"\(option.value)\"\(option.value.isExactly(value) ? " selected" as HTML : "")>\(option.title)</option>"
            }
            return "<select \(shared)>\(items)</select>"
        }
    }
}
