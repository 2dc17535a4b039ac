internal import JSON
internal import Text

extension JSONValue {
    /// The number of values that the log shows of a list.
    static var mostShown: Int { 5 }

    /// A claim's value for the log: one or more quoted texts, limited in length, without control characters.
    var shown: String {
        if kind == .array {
            let most = JSONValue.mostShown
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
        return texts.shown(of: texts.count)
    }

    /// The first texts for the log, quoted, if there are `count` in all.
    func shown(of count: Int) -> String {
        let texts = prefix(JSONValue.mostShown).map { $0.quoted(atMost: 100) }
        guard !texts.isEmpty else { return "none" }
        return texts.joined(separator: ", ") + (count > texts.count ? " and \(count - texts.count) more" : "")
    }
}
