/// The rows of a snapshot in the orders that requests asked for, apart from the order by name.
///
/// Changes are applied to each order. An order that no request has read while as many rows changed as there are is given
/// up, because arranging it again costs less.
struct ArrangedOrders: Sendable {
    private struct Arranged {
        var rows: SortedChunks<RowOrder>
        /// The number of rows that changed since the last request.
        var changes = 0
    }

    private var orders: [RowOrder: Arranged] = [:]

    /// Returns the rows in an order for a request; nil if it is not arranged.
    mutating func rows(in order: RowOrder) -> SortedChunks<RowOrder>? {
        orders[order]?.changes = 0
        return orders[order]?.rows
    }

    func contains(_ order: RowOrder) -> Bool { orders[order] != nil }

    mutating func add(_ rows: SortedChunks<RowOrder>) { orders[rows.order] = Arranged(rows: rows) }

    mutating func apply(_ changes: RowChanges) {
        for (order, arranged) in orders {
            var arranged = arranged
            arranged.changes += changes.count
            guard arranged.changes <= max(arranged.rows.count, ArrangedOrders.few) else {
                orders[order] = nil
                continue
            }
            arranged.rows.apply(changes)
            orders[order] = arranged
        }
    }

    /// Fewer changes do not make an order of a small inventory be given up.
    private static let few = 100
}
