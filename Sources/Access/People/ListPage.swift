/// One page of a list that a search and filters narrow.
public struct ListPage<Item: Sendable>: Sendable {
    public let items: [Item]
    /// The number of the page, from 1. A number after the last page is that of the last one.
    public let number: Int
    /// The number of rows that match.
    public let matches: Int
    /// The number of rows without search and filters.
    public let all: Int

    public init(items: [Item], number: Int, matches: Int, all: Int) {
        (self.items, self.number, self.matches, self.all) = (items, number, matches, all)
    }

    /// Returns the page with other items, in equal number.
    public func with<Other: Sendable>(_ items: [Other]) -> ListPage<Other> {
        ListPage<Other>(items: items, number: number, matches: matches, all: all)
    }
}

extension ListPage {
    /// Returns a page of all matches.
    ///
    /// - Parameters:
    ///   - matches: the matches in order.
    ///   - limit: the rows per page, from 1.
    public init(of matches: [Item], number: Int, limit: Int, all: Int) {
        let pages = max(1, (matches.count + limit - 1) / limit)
        let number = max(1, min(number, pages))
        let start = (number - 1) * limit
        self.init(
            items: Array(matches[min(start, matches.count)..<min(start + limit, matches.count)]), number: number,
            matches: matches.count, all: all)
    }
}
