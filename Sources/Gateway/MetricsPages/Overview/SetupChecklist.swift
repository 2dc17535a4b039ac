internal import ClaimMapping
package import Endpoints
package import Identities
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Tokens
internal import Web

/// What a new organization has of what it needs.
public struct SetupProgress: Sendable {
    /// The display name of the provider with which the user signed in.
    let provider: String
    let hasRule: Bool
    /// Whether another user than the caller is a manager, or can become one by a rule.
    let hasSecondManager: Bool
    /// The gateway's own origin, for commands that a user copies.
    let origin: String

    package init(provider: String, hasRule: Bool, hasSecondManager: Bool, origin: String) {
        (self.provider, self.hasRule, self.hasSecondManager) = (provider, hasRule, hasSecondManager)
        self.origin = origin
    }

    package init(_ context: RequestContext, _ organization: OrganizationID, caller: Caller) {
        let rules = context.state.rules(of: organization)?.mappings ?? []
        self.init(
            provider: context.configuration.name(of: caller.claims.provider), hasRule: !rules.isEmpty,
            hasSecondManager: rules.contains { $0.role == .manager }
                || context.state.snapshot.hasManager(besides: caller.claims.identity, in: organization),
            origin: context.configuration.publicURL)
    }
}

/// The steps until an organization's figures appear, of which the next one is the primary action.
struct SetupChecklist {
    let organization: OrganizationHeader
    let progress: SetupProgress

    private struct Step {
        let title: String
        let text: String
        let isDone: Bool
        var action: (title: String, url: String)?
        /// What to do, if no page of the gateway does it.
        var guide: HTML?
    }

    private var steps: [Step] {
        let id = organization.id.text
        return [
            Step(
                title: "Provider connected", text: "\(progress.provider). You signed in with it.", isDone: true),
            Step(
                title: "Add the first claim rule", text: "Let a group of your company in through SSO.",
                isDone: progress.hasRule, action: ("Add rule", "\(Paths.mappings.path(id))?add=1")),
            Step(
                title: "Invite a second manager", text: "So that nobody is locked out when you’re away.",
                isDone: progress.hasSecondManager, action: ("Invite people", organization.path(.members))),
            Step(
                title: "Publish the first inventory",
                text: "From your automation platform, with the command line or the API.", isDone: false,
                guide: guide),
        ]
    }

    private var guide: HTML {
        let path = "\(progress.origin)/api/v1/organizations/\(organization.id.text)/inventory"
        return """
            <details><summary>How to publish</summary><p class="small">With the token of a user who is an Inventory Publisher:</p>
            <pre><code>curl -X PUT \(path) \\
              -H "Authorization: Bearer $TOKEN" \\
              -H "Content-Type: application/json" \\
              --data-binary @inventory.json</code></pre>
            <p class="small">Or on the machine of the gateway:</p>
            <pre><code>gatehouse inventory import --config gatehouse.json \\
              --organization \(organization.id.text) inventory.json</code></pre></details>
            """
    }

    var markup: HTML {
        let next = steps.firstIndex { !$0.isDone }
        let items = steps.enumerated().map { index, step -> HTML in
            let mark: HTML =
                step.isDone
                ? "<span class=\"step done\">\(Icon.check.markup)</span>" : "<span class=\"step\">\(index + 1)</span>"
            let kind: HTML = index == next ? "button slim primary" : "button slim"
            let action: HTML =
                step.isDone
                ? "<span class=\"quiet\">Done</span>"
                : step.action.map { "<a class=\"\(kind)\" href=\"\($0.url)\">\($0.title)</a>" } ?? ""
            return """
                <li>\(mark)<div><strong>\(step.title)</strong><br><span class="quiet small">\(step.text)</span>\(step.guide)</div>\(action)</li>

                """
        }
        return """
            <section class="panel setup" aria-labelledby="setup"><header><div><h2 id="setup">Set up \(organization.name)</h2>
            <p class="quiet">Four steps until the figures of your workspaces appear here.</p></div></header><ol>\(items)</ol></section>
            """
    }
}
