internal import JSON
internal import Text

extension JSONValue {
    /// A claim's value for the log: one or more quoted texts, limited in length, without control characters.
    var shown: String {
        if kind == .array {
            let most = 5
            let texts = elements.prefix(most).map(\.shownAlone)
            return texts.joined(separator: ", ") + (count > most ? " and \(count - most) more" : "")
        }
        return shownAlone
    }

    private var shownAlone: String { (string ?? text).quoted(atMost: 100) }
}

extension Sequence<String> {
    /// The first texts for the log, quoted.
    var shown: String {
        let texts = Array(self)
        guard !texts.isEmpty else { return "none" }
        let most = 5
        return texts.prefix(most).map { $0.quoted(atMost: 100) }.joined(separator: ", ")
            + (texts.count > most ? " and \(texts.count - most) more" : "")
    }
}
