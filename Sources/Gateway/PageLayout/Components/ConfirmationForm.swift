package import Web

/// A question before an action that takes something away, with what will happen.
package struct ConfirmationForm {
    /// The question, such as `Suspend Vic Moreno?`.
    let question: String
    let sentence: HTML
    /// The user that the action concerns.
    let person: PersonCell?
    /// What the action does, one consequence a line.
    let consequences: [HTML]
    let path: String
    let token: String
    let fields: [(name: String, value: String)]
    /// Further fields, such as a reason.
    let inputs: [FormField]
    /// The button's title: the verb and the name.
    let button: String
    /// False for an action that gives something back.
    let isDestructive: Bool
    /// The page to which *Cancel* leads.
    let cancel: String
    /// The message of a failed attempt.
    let notice: Notice?

    package init(
        _ question: String, _ sentence: HTML, person: PersonCell? = nil, consequences: [HTML] = [], path: String,
        token: String, fields: [(name: String, value: String)], inputs: [FormField] = [], button: String,
        isDestructive: Bool = true, cancel: String, notice: Notice? = nil
    ) {
        (self.question, self.sentence, self.person, self.consequences) = (question, sentence, person, consequences)
        (self.path, self.token, self.fields, self.inputs) = (path, token, fields, inputs)
        (self.button, self.isDestructive, self.cancel, self.notice) = (button, isDestructive, cancel, notice)
    }

    /// The attribute of a link to a question, which the script shows as a dialog.
    package static let opener: HTML = " data-question"

    package var markup: HTML {
        let list: HTML? =
            consequences.isEmpty
            ? nil : "<ul class=\"consequences\">\(consequences.map { "<li>\($0)</li>" as HTML })</ul>"
        let hidden = (fields + [("csrf_token", token)]).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        let person = person.map { "<div class=\"boxed\">\($0.markup)</div>" as HTML }
        let kind: HTML = isDestructive ? "destructive" : "primary"
        return """
            <div class="confirmation panel">\(notice?.markup)
            <h1 tabindex="-1" autofocus>\(question)</h1><p>\(sentence)</p>\(person)\(list)
            <form method="post" action="\(path)">\(hidden)\(inputs.map(\.markup))<div class="buttons"><button type="submit" class="\(kind)">\(button)</button><a class="button" href="\(cancel)">Cancel</a></div></form></div>
            """
    }
}
