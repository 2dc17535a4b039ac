internal import Identities
internal import Text

/// The texts by which lists sort and find a user; stored with each sign-in and grant, so that lists read an index.
package struct PersonTexts {
    /// Never empty: an empty text marks a row of an earlier version.
    let sort: String
    /// Name, address, subject and identity id in lower case, one a line.
    let search: String

    /// - Parameter name: the full name; nil if the provider states none.
    init(name: String?, email: EmailAddress?, subject: Subject, id: IdentityID) {
        let key = NaturalOrder.key(name ?? email?.spelling ?? subject.text)
        sort = key.isEmpty ? " " : key
        search = [name, email?.spelling, subject.text, id.text].compactMap { $0 }.joined(separator: "\n").lowercased()
    }

    /// Returns what a search for a text looks for. A line break would span two of the texts, and finds nothing.
    package static func pattern(_ text: String) -> String {
        text.split(at: "\n").joined(separator: "\u{FFFD}").trimmingBlanks().lowercased()
    }
}
