public import ClaimMapping
internal import HTTPMessage
public import Identities
public import PageLayout
public import Web

/// An organization's claim mappings: the list, and a form with a preview.
public struct MappingsPage: DocumentPage {
    /// The content of the form.
    public struct Draft: Sendable {
        /// The id of the edited rule; nil for a new one.
        public var id: String?
        public var claimName = ""
        public var match = Match.equals
        public var claimValue = ""
        /// The separator; empty if strings are compared whole.
        public var split = ""
        public var role = Role.viewer
        /// The rank; empty for the end of the list, or the current place.
        public var rank = ""

        public init() {}
    }

    /// The effects of a change, before it is made.
    public struct Preview: Sendable {
        /// A user whose role changes.
        public struct Person: Sendable {
            let name: String
            let before: Role?
            let after: Role?

            public init(name: String, before: Role?, after: Role?) {
                self.name = name
                self.before = before
                self.after = after
            }
        }

        /// The form fields that make the change.
        let fields: [(name: String, value: String)]
        let summary: String
        let people: [Person]
        let unchanged: Int
        let own: (before: Role?, after: Role?)
        let shadowed: [Mapping]
        let wouldLockOut: Bool

        public init(
            fields: [(name: String, value: String)], summary: String, people: [Person], unchanged: Int,
            own: (before: Role?, after: Role?), shadowed: [Mapping], wouldLockOut: Bool
        ) {
            self.fields = fields
            self.summary = summary
            self.people = people
            self.unchanged = unchanged
            self.own = own
            self.shadowed = shadowed
            self.wouldLockOut = wouldLockOut
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let rows: [Mapping]
    /// The number of rules in the configuration file.
    private let fileRows: Int
    private let strategy: ClaimStrategy
    private let tag: String
    private let formToken: String?
    public var notice: Notice?
    public var draft = Draft()
    /// The effects of the change in the form; nil before a preview.
    public var preview: Preview?

    /// - Parameters:
    ///   - tag: the tag of these rules, so that a change applies to the rules that the manager has seen.
    ///   - formToken: nil for a user who may only view.
    public init(
        account: Account, organization: OrganizationHeader, rows: [Mapping], fileRows: Int,
        strategy: ClaimStrategy, tag: String, formToken: String?
    ) {
        self.account = account
        self.organization = organization
        self.rows = rows
        self.fileRows = fileRows
        self.strategy = strategy
        self.tag = tag
        self.formToken = formToken
    }

    private var path: String { organization.path(.mappings) }

    public var document: HTML {
        let how =
            strategy == .firstMatch
            ? "Rules are checked from the top. The first matching rule gives the role."
            : "Every rule is checked. The highest role of all matching rules applies."
        let content: HTML = """
            \(notice?.markup)
            \(preview.map(section))
            <section aria-labelledby="rows"><h2 id="rows">Rules <span class="count">\(rows.count)</span></h2>
            <p class="hint">\(how) <a href="\(path)/explain">Explain a sign-in</a></p>
            \(table)</section>
            \(form)
            """
        return organization.page(.mappings, account, content)
    }

    // MARK: Preview

    private func section(_ preview: Preview) -> HTML {
        let people = preview.people.map { person -> HTML in
            "<tr><th scope=\"row\">\(person.name)</th><td data-label=\"Now\">\(title(person.before))</td><td data-label=\"After\">\(title(person.after))</td></tr>\n"
        }
        let table: HTML =
            preview.people.isEmpty
            ? "<p>None of the people who signed in recently gains, loses or changes a role.</p>"
            : """
            <div class="scroll"><table><caption>People who gain, lose or change a role</caption><thead><tr><th scope="col">Person</th><th scope="col">Now</th><th scope="col">After</th></tr></thead><tbody>\(people)</tbody></table></div>
            """
        let own: HTML =
            preview.own.before == preview.own.after
            ? "<li>Your own role stays: \(title(preview.own.after)).</li>"
            : "<li class=\"bad\">Your own role changes: from \(title(preview.own.before)) to \(title(preview.own.after)).</li>"
        let shadowed: [HTML] = preview.shadowed.map {
            "<li>Rule \($0.rank) (\($0.condition)) no longer applies to anyone: an earlier rule matches the same values.</li>"
        }
        let lockOut: HTML? =
            preview.wouldLockOut
            ? "<li class=\"bad\">The organization would be left without a manager, so this change will be refused.</li>"
            : nil
        let losesOwn = preview.own.before == .manager && preview.own.after != .manager
        let fields = preview.fields + [("step", "save"), ("tag", tag)] + (losesOwn ? [("confirm", "self")] : [])
        let save = ButtonForm(
            path: path, token: formToken, fields: fields,
            title: losesOwn ? "Save and remove my own role" : "Save",
            kind: losesOwn ? "danger" : "primary")
        return """
            <section class="preview" aria-labelledby="preview"><h2 id="preview">Before you save</h2>
            <p>\(preview.summary)</p>
            \(table)
            <ul class="advice"><li>\(preview.unchanged == 1 ? "1 person is not affected." : "\(preview.unchanged) people are not affected.")</li>\(own)\(shadowed)\(lockOut)</ul>
            <div class="row"><div>\(save.markup)<a class="button" href="\(path)">Cancel</a></div></div></section>
            """
    }

    private func title(_ role: Role?) -> String { role?.title ?? "no role" }

    // MARK: Rows

    private var table: HTML {
        guard !rows.isEmpty else {
            return "<p class=\"empty\">No rules yet. A rule gives a role to everyone with a certain claim.</p>"
        }
        let actions: HTML = formToken == nil ? "" : "<th scope=\"col\">Actions</th>"
        return """
            <div class="scroll"><table><caption>Rules in the order in which they are checked</caption>
            <thead><tr><th scope="col" class="number">Rank</th><th scope="col">Condition</th><th scope="col">Role</th><th scope="col">Source</th>\(actions)</tr></thead>
            <tbody>\(rows.map(row))</tbody></table></div>
            """
    }

    private func row(_ row: Mapping) -> HTML {
        let isOfFile = row.rank <= fileRows
        let origin: HTML = isOfFile ? "<span class=\"quiet\">configuration file</span>" : "managers"
        let actions: HTML? = formToken == nil ? nil : "<td class=\"actions\">\(isOfFile ? "" : buttons(row))</td>"
        return """
            <tr><td class="number" data-label="Rank">\(row.rank)</td><td data-label="Condition"><code>\(row.condition)</code></td><td data-label="Role">\(row.role.title)</td><td data-label="Source">\(origin)</td>\(actions)</tr>

            """
    }

    private func buttons(_ row: Mapping) -> HTML {
        func move(_ title: String, _ rank: Int) -> HTML? {
            guard rank > fileRows, rank <= rows.count else { return nil }
            return ButtonForm(
                path: path, token: formToken,
                fields: [("step", "preview"), ("action", "move"), ("id", row.id), ("rank", String(rank))], title: title,
                label: "\(title) rule \(row.rank)"
            ).markup
        }
        let remove = ButtonForm(
            path: path, token: formToken, fields: [("step", "preview"), ("action", "remove"), ("id", row.id)],
            title: "Remove", label: "Remove rule \(row.rank)", kind: "danger")
        return """
            <a class="button" href="\(path)?edit=\(FormEncoding.encode(row.id))#row" aria-label="Edit rule \(row.rank)">Edit</a>
            \(move("Up", row.rank - 1))\(move("Down", row.rank + 1))\(remove.markup)
            """
    }

    private var form: HTML? {
        guard let formToken else { return nil }
        let matches = Match.allCases.map { match -> HTML in
            "<option value=\"\(match.rawValue)\"\(match == draft.match ? " selected" as HTML : "")>\(match.words)</option>"
        }
        let roles = [Role.viewer, .manager].map { role -> HTML in
            "<option value=\"\(role.rawValue)\"\(role == draft.role ? " selected" as HTML : "")>\(role.title)</option>"
        }
        let id: HTML? = draft.id.map { "<input type=\"hidden\" name=\"id\" value=\"\($0)\">" }
        return """
            <section aria-labelledby="row"><h2 id="row">\(draft.id == nil ? "Add a rule" : "Edit rule")</h2>
            <form method="post" action="\(path)" class="fields"><input type="hidden" name="csrf_token" value="\(formToken)"><input type="hidden" name="step" value="preview"><input type="hidden" name="action" value="\(draft.id == nil ? "add" : "edit")">\(id)
            <div><label for="claim_name">Claim</label><input id="claim_name" name="claim_name" required maxlength="255" autocomplete="off" spellcheck="false" value="\(draft.claimName)" placeholder="groups"></div>
            <div class="small"><label for="match">Comparison</label><select id="match" name="match">\(matches)</select></div>
            <div><label for="claim_value">Value</label><input id="claim_value" name="claim_value" maxlength="1024" autocomplete="off" spellcheck="false" value="\(draft.claimValue)" placeholder="soc-leads"></div>
            <div class="small"><label for="split">Split at</label><input id="split" name="split" maxlength="1" autocomplete="off" spellcheck="false" value="\(draft.split)" placeholder="never"></div>
            <div><label for="role">Role</label><select id="role" name="role">\(roles)</select></div>
            <div class="small"><label for="rank">Rank</label><input id="rank" name="rank" inputmode="numeric" value="\(draft.rank)" placeholder="last"></div>
            <button type="submit" class="primary">Preview</button></form>
            <p class="hint">The claim is a name such as <code>email</code> or <code>groups</code>, or a JSON Pointer such as <code>/realm_access/roles</code>, in which <code>*</code> stands for every element of a list: <code>/groups/*/name</code>. If a claim is one string with several values in it, <em>Split at</em> is the character between them. In patterns <code>*</code> stands for anything and <code>?</code> for one character.</p></section>
            """
    }
}

extension Match {
    var words: String {
        switch self {
        case .equals: "equals"
        case .glob: "matches pattern"
        case .exists: "exists"
        }
    }
}
