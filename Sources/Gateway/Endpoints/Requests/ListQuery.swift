internal import Cryptography
package import Identities
package import JSON
package import Text
package import Time

/// `limit` and `cursor` of a list, and the list's other parameters.
package struct ListQuery {
    package private(set) var limit = 50
    package private(set) var cursor: String?
    package private(set) var values: [ExactText: String] = [:]

    /// - Parameter names: the parameters in addition to `limit` and `cursor`; others are ignored.
    package init(_ items: [(name: String, value: String)]?, _ names: String...) throws(Problem) {
        guard let items else {
            throw Problem(.invalidRequest, detail: "The query is not valid: its percent-encoding is invalid.")
        }
        var seen: Set<ExactText> = []
        for (name, value) in items where (names + ["limit", "cursor"]).contains(exactly: name) {
            guard seen.insert(ExactText(name)).inserted else {
                throw ListQuery.invalid(name, "The parameter occurs twice.")
            }
            guard !value.isEmpty else { continue }
            switch name {
            case "limit":
                guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value),
                    (1...500).contains(number)
                else {
                    throw ListQuery.invalid("limit", "The limit must be a number from 1 to 500.")
                }
                limit = number
            case "cursor":
                guard value.utf8.count <= 255, !value.utf8.contains(0) else { throw ListQuery.unknownCursor }
                cursor = value
            default: values[ExactText(name)] = value
            }
        }
    }

    /// The problem for a query with a faulty parameter.
    ///
    /// - Parameter detail: one sentence.
    package static func invalid(_ parameter: String, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, detail: "The query is not valid. \(parameter): \(detail)",
            faults: [Problem.Issue(pointer: parameter, detail: detail)])
    }

    package static let unknownCursor = invalid("cursor", "The list has no such cursor.")

    // MARK: Lists by time

    /// The cursor after an item, for a list ordered by time.
    package static func cursor(at moment: Timestamp, _ id: String) -> String {
        Base64URL.encode(Array("\(moment.seconds) \(id)".utf8))
    }

    /// The place that ``cursor(at:_:)`` encoded; nil at the beginning.
    package func place() throws(Problem) -> (at: Int64, id: String)? {
        guard let cursor else { return nil }
        let parts = (Base64URL.decode(cursor) ?? []).split(separator: 0x20)
        guard parts.count == 2, let at = Int64(String(decoding: parts[0], as: UTF8.self)), !parts[1].contains(0) else {
            throw ListQuery.unknownCursor
        }
        return (at, String(decoding: parts[1], as: UTF8.self))
    }

    /// A value of a closed list; nil if the parameter is missing.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(Problem) -> Choice? {
        guard let text = values[ExactText(name)] else { return nil }
        guard let choice = Choice(exactly: text) else {
            throw ListQuery.invalid(
                name, "The value must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }

    /// A page of items sorted by id; the cursor is the last id of the previous page.
    ///
    /// - Parameter isID: returns true if a text has the form of an id.
    package func page<Item>(
        of all: [Item], id: (Item) -> String, isID: (String) -> Bool, write: (inout JSONWriter, Item) -> Void
    ) throws(Problem) -> [UInt8] {
        guard cursor.map(isID) ?? true else { throw ListQuery.unknownCursor }
        let rest = all.drop { item in cursor.map { id(item) <= $0 } ?? false }
        let shown = rest.prefix(limit)
        return ListQuery.write(Array(shown), next: rest.count > limit ? shown.last.map(id) : nil, write)
    }

    /// A page of items that were read from the cursor on, one more than the limit if there are as many.
    package func page<Item>(from items: [Item], id: (Item) -> String, write: (inout JSONWriter, Item) -> Void)
        -> [UInt8]
    {
        let shown = Array(items.prefix(limit))
        return ListQuery.write(shown, next: items.count > limit ? shown.last.map(id) : nil, write)
    }

    /// The cursor of a list ordered by identity; nil at the beginning.
    package func identity() throws(Problem) -> IdentityID? {
        guard let cursor else { return nil }
        guard let id = IdentityID(cursor) else { throw ListQuery.unknownCursor }
        return id
    }

    /// The JSON document of a list: `write` writes the members of each item's object.
    package static func write<Item>(_ items: [Item], next: String?, _ write: (inout JSONWriter, Item) -> Void)
        -> [UInt8]
    {
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for item in items {
            writer.beginObject()
            write(&writer, item)
            writer.endObject()
        }
        writer.endArray()
        writer.member("next_cursor", next)
        writer.endObject()
        return writer.bytes
    }
}
