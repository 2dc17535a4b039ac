/// Text that breaks a page unless it is escaped. A name in it tells which field shows it.
enum HostileText {
    /// Markup, references, quotes, a bidirectional override, control characters and a lone combining mark.
    private static let raw = "</td><script>alert('x')</script>&amp;\"\u{202E}\u{0}\u{1B}\u{7F}\u{85}\u{301}"
    /// The text as a page may show it: control characters are not allowed in a document.
    private static let shown = "</td><script>alert('x')</script>&amp;\"\u{202E}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{301}"

    static func of(_ field: String) -> String { "⟦\(field):\(raw)⟧" }

    /// The fields whose text a page shows unharmed.
    static func fields(shownIn markup: Markup) -> Set<String> {
        Set(places(markup).filter { $0.text.unicodeScalars.elementsEqual(shown.unicodeScalars) }.map(\.field))
    }

    /// The fields whose text a page shows otherwise.
    static func fields(damagedIn markup: Markup) -> Set<String> {
        Set(places(markup).filter { !$0.text.unicodeScalars.elementsEqual(shown.unicodeScalars) }.map(\.field))
    }

    private static func places(_ markup: Markup) -> [(field: String, text: String)] {
        markup.strings.flatMap { string -> [(field: String, text: String)] in
            let scalars = Array(string.unicodeScalars)
            return scalars.indices.filter { scalars[$0] == "⟦" }.compactMap { start in
                // The short form of a user ID has no name of a field; its full form stands beside it.
                guard let colon = scalars[start...].firstIndex(of: ":") else { return nil }
                let end = scalars[colon...].firstIndex(of: "⟧") ?? scalars.endIndex
                func text(_ part: ArraySlice<Unicode.Scalar>) -> String {
                    var text = ""
                    text.unicodeScalars.append(contentsOf: part)
                    return text
                }
                return (text(scalars[(start + 1)..<colon]), text(scalars[(colon + 1)..<end]))
            }
        }
    }
}
