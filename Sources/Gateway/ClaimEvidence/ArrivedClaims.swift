package import JSON
internal import Management
internal import Text
package import Web

/// The claims of a sign-in as a list: those that describe the user, and behind a button the technical ones. Secrets are
/// left out.
package struct ArrivedClaims: Sendable {
    private let claims: JSONValue

    /// The values of one claim that are shown at once, and behind a button.
    private static let (few, most) = (8, 200)
    /// The characters of one value that are shown.
    private static let length = 300
    /// The claims that are shown at most.
    private static let mostClaims = 100

    package init(claims: JSONValue) { self.claims = claims }

    package var markup: HTML {
        let members = claims.members.filter { !ClaimNames.isSecret($0.name) }
        let isTechnical = { (member: JSONMember) in ClaimNames.isTechnical(member.name) }
        let technical = members.filter(isTechnical)
        let plain = ArrivedClaims.sorted(members.filter { !isTechnical($0) })
        let secrets = claims.count - members.count
        let more: HTML? =
            technical.isEmpty
            ? nil
            : """
            <details class="technical"><summary>\(technical.count == 1 ? "1 technical claim" : "\(technical.count) technical claims") hidden. Show all</summary><dl class="claims">\(technical.prefix(ArrivedClaims.mostClaims).map(line))</dl></details>
            """
        let hidden: HTML? =
            secrets == 0
            ? nil
            : "<p class=\"panel-note\">\(secrets == 1 ? "1 claim isn't shown because its name" : "\(secrets) claims aren't shown because their names") suggest\(secrets == 1 ? "s" : "") a secret.</p>"
        let shown = plain.prefix(ArrivedClaims.mostClaims)
        let rest: HTML? =
            plain.count > shown.count ? "<p class=\"panel-note\">and \(plain.count - shown.count) more claims</p>" : nil
        let list: HTML =
            plain.isEmpty
            ? "<p class=\"panel-note\">No claims about the user arrived.</p>"
            : "<dl class=\"claims\">\(shown.map(line))</dl>"
        return """
            <section class="panel" aria-labelledby="arrived"><header><h2 id="arrived">What arrived</h2></header>\(list)\(rest)\(more)\(hidden)</section>
            """
    }

    /// The claims that tell users apart first, and the subject last.
    private static func sorted(_ members: [JSONMember]) -> [JSONMember] {
        let first = ["email", "email_verified", "name", "groups"]
        let leading = first.compactMap { name in members.first { $0.name.isExactly(name) } }
        let others = members.filter { !first.contains(exactly: $0.name) && !$0.name.isExactly("sub") }
        return leading + others + members.filter { $0.name.isExactly("sub") }
    }

    private func line(_ member: JSONMember) -> HTML {
        let value = member.value
        let values = value.kind == .array ? value.elements.map(\.shownText) : [value.shownText]
        let (first, others) = (values.prefix(ArrivedClaims.few), values.dropFirst(ArrivedClaims.few))
        let folded: HTML? =
            others.isEmpty
            ? nil
            : "<details><summary>\(others.count) more</summary>\(others.prefix(ArrivedClaims.most).map(text))\(others.count > ArrivedClaims.most ? "<span class=\"quiet small\">and \(others.count - ArrivedClaims.most) more</span>" as HTML : nil)</details>"
        let nothing: HTML? = values.isEmpty ? "<span class=\"faint\">empty list</span>" : nil
        return """
            <div><dt><code>\(member.name.cut(toShow: 100))</code></dt><dd>\(first.map(text))\(nothing)\(folded)</dd></div>

            """
    }

    private func text(_ value: String) -> HTML {
        "<code>\(SpacedText(value.cut(toShow: ArrivedClaims.length)).markup)</code>"
    }
}
