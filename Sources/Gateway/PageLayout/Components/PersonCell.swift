internal import Text
package import Web

/// A user, as every page shows one: name, address, provider and a short form of the user ID, with a badge if the
/// provider has not verified the address.
package struct PersonCell: Sendable {
    /// The verification of an address.
    package enum Address: Sendable {
        case none
        case verified(String)
        /// The provider has not verified the address, so that it identifies no user.
        case unverified(String)

        package init(_ text: String?, isVerified: Bool) {
            self = text.map { isVerified ? .verified($0) : .unverified($0) } ?? .none
        }

        var isMissing: Bool { if case .none = self { true } else { false } }

        var text: String? {
            switch self {
            case .none: nil
            case .verified(let text), .unverified(let text): text
            }
        }
    }

    let name: String?
    let address: Address
    /// The provider's display name; nil if no provider lists the issuer.
    let provider: String?
    /// The user's subject at the provider.
    let subject: String?
    /// The page that shows more of the user.
    var url: String?
    /// Badges beside that of the address.
    var badges: [Badge]

    /// - Parameter name: nil if the provider states none; an empty name counts as none.
    package init(
        name: String?, address: Address, provider: String?, subject: String?, url: String? = nil, badges: [Badge] = []
    ) {
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
        self.address = address
        self.provider = provider
        self.subject = subject
        self.url = url
        self.badges = badges
    }

    package var isUnverified: Bool { if case .unverified = address { true } else { false } }

    /// The name, or the address or the subject of a user without one.
    package var title: String { name ?? address.text ?? subject ?? "Unknown user" }

    /// The attributes of the user's table row: a bar marks an unverified user.
    package var rowClass: HTML { isUnverified ? " class=\"unverified\"" : "" }

    package var markup: HTML {
        let avatar: HTML =
            isUnverified ? "<span class=\"avatar unverified\" aria-hidden=\"true\">?</span>" : Avatar(title).markup
        let linked: HTML = url.map { "<a href=\"\($0)\">\(line(title))</a>" } ?? "<span>\(line(title))</span>"
        let warning = isUnverified ? Badge(.near, "Email not verified").markup : nil
        return """
            <div class="person">\(avatar)<div><span class="name">\(linked)\(warning)\(badges.map(\.markup))</span><span class="parts">\(parts)</span></div></div>
            """
    }

    /// The title; an unverified address as the title is underlined too.
    private func line(_ title: String) -> HTML { name == nil && isUnverified ? addressMarkup(title) : "\(title)" }

    private func addressMarkup(_ text: String) -> HTML {
        isUnverified ? "<span class=\"doubtful\">\(text)</span>" : "<span>\(text)</span>"
    }

    private var parts: HTML {
        let shown = [
            name == nil ? nil : address.text.map(addressMarkup), provider.map { "<span>\($0)</span>" as HTML },
            name == nil && address.isMissing
                ? nil : subject.map { "<code title=\"\($0)\">\(PersonCell.short($0))</code>" as HTML },
        ]
        return "\(shown.compactMap { $0 })"
    }

    /// The first and last four characters of a subject, which is enough to tell users of one name apart.
    package static func short(_ subject: String) -> String {
        let scalars = subject.unicodeScalars
        guard scalars.count > 12 else { return subject }
        var text = String.UnicodeScalarView(scalars.prefix(4))
        text.append("…")
        text.append(contentsOf: scalars.suffix(4))
        return String(text)
    }
}
