package import AccessUseCases
public import ClaimMapping
public import PageLayout
public import Text
public import Web

/// An organization's claim mappings in their order, with the form of one rule beside them.
public struct MappingsPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private var list: RuleList
    private let strategy: ClaimStrategy
    private let formToken: String?
    package var notice: Notice?
    /// The users who added or last changed the shown rules, by the rules' ids.
    package var authors: [ExactText: RuleAuthor] {
        get { list.authors }
        set { list.authors = newValue }
    }
    /// The form of one rule; nil if none is open.
    package var panel: RulePanel?

    /// - Parameters:
    ///   - rules: all rules with their ranks; the first `fileCount` are the configuration file's.
    ///   - people: the number of members whose role comes from each rule, by the rules' ids; nil if unknown.
    ///   - tag: the tag of these rules, so that a change applies to the rules that the manager has seen.
    ///   - formToken: nil for a user who may only view.
    public init(
        account: Account, organization: OrganizationHeader, rules: [Mapping], fileCount: Int,
        people: [ExactText: Int]?, query: RuleQuery, strategy: ClaimStrategy, tag: String, formToken: String?
    ) {
        self.account = account
        self.organization = organization
        self.strategy = strategy
        self.formToken = formToken
        list = RuleList(
            organization: organization, rules: rules, fileCount: fileCount, people: people, query: query,
            times: account.times, tag: tag, formToken: formToken)
    }

    private var path: String { organization.path(.mappings) }

    public var document: HTML {
        let content: HTML
        if let panel, let formToken {
            let places = RulePanel.Places(all: list.rules, fileCount: list.fileCount)
            content = """
                <div class="rule-columns"><div>\(list.markup)</div>\(panel.markup(path: path, token: formToken, among: places))</div>
                """
        } else {
            content = list.markup
        }
        let faults = formToken == nil ? 0 : panel?.faults.count ?? 0
        let title = "\(faults == 0 ? "" : faults == 1 ? "1 error · " : "\(faults) errors · ")\(head.title)"
        return Page(
            title: "\(title) · \(organization.name)", account: account, place: (organization, .mappings),
            content: "\(head.markup)\(notice?.markup)\(content)"
        ).document
    }

    private var head: PageHead {
        let explanation: HTML =
            strategy == .firstMatch
            ? "Rules are checked from the top. The first one that matches gives the role."
            : "Every rule is checked. The highest role of all matching rules applies."
        let kind: HTML = panel == nil ? " primary" : ""
        let add: HTML? =
            formToken == nil
            ? nil : "<a class=\"button\(kind)\" href=\"\(path)?add=1#rule\">\(Icon.plus.markup)Add rule</a>"
        return PageHead(
            "Claim rules", explanation: explanation,
            actions:
                "<a class=\"button\" href=\"\(path)/explain\"><span>Explain<span class=\"wide-text\"> a sign-in</span></span></a>\(add)"
        )
    }
}
