internal import Text
package import Web

/// A state as a word with a colour and, if it needs attention, an icon.
package struct Badge: Sendable {
    package enum Kind: String, Sendable {
        case neutral, accent, good, near, over
    }

    let kind: Kind
    let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var markup: HTML {
        let icon: Icon? =
            switch kind {
            case .neutral, .accent: nil
            case .good: .check
            case .near: .alert
            case .over: .cross
            }
        return "<span class=\"badge \(kind.rawValue)\">\(icon?.markup)\(text)</span>"
    }
}

/// A circle with the initials of a name.
package struct Avatar {
    let name: String

    package init(_ name: String) { self.name = name }

    package var markup: HTML { "<span class=\"avatar\" aria-hidden=\"true\">\(initials)</span>" }

    /// The first letters of the first and the last word with letters; of a single word, its first two letters.
    package var initials: String {
        let words = String(name.prefix(200)).words(between: " ").map { letters($0) }.filter { !$0.isEmpty }
        guard let first = words.first, let last = words.last else { return "" }
        return (words.count > 1 ? String(first.prefix(1) + last.prefix(1)) : String(first.prefix(2))).uppercased()
    }

    private func letters(_ word: Substring) -> String {
        var letters = ""
        for scalar in word.unicodeScalars where scalar.properties.isAlphabetic { letters.unicodeScalars.append(scalar) }
        return letters
    }

    /// The first letter of a name.
    package static func initial(of name: String) -> String { String(Avatar(name).initials.prefix(1)) }
}
