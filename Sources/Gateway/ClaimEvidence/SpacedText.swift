internal import Web

/// A text whose white space at both ends is marked, because it would not be seen otherwise.
struct SpacedText {
    private let text: String

    init(_ text: String) { self.text = text }

    var markup: HTML {
        let scalars = text.unicodeScalars
        let rest = scalars.drop { $0.properties.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.properties.isWhitespace }) else {
            return mark(Substring(scalars[...]))
        }
        let end = rest.index(after: last)
        return "\(mark(Substring(scalars[..<rest.startIndex])))\(String(rest[..<end]))\(mark(Substring(rest[end...])))"
    }

    private func mark(_ blank: Substring) -> HTML { blank.isEmpty ? "" : "<mark>\(String(blank))</mark>" }
}
