/// A strict total order: of two different elements, one precedes the other.
protocol TotalOrder<Element>: Sendable {
    associatedtype Element: Sendable

    func precedes(_ a: Element, _ b: Element) -> Bool
}

/// A sorted collection that is cheap to copy and to change.
///
/// Elements are stored in chunks. A change copies the chunks that it touches, and shares all others with the former
/// value. Changing a few elements therefore costs a few chunks and one reference per chunk, and not every element.
struct SortedChunks<Order: TotalOrder>: Collection, Sendable {
    typealias Element = Order.Element

    struct Index: Comparable {
        fileprivate var chunk: Int
        fileprivate var offset: Int

        static func < (a: Index, b: Index) -> Bool { (a.chunk, a.offset) < (b.chunk, b.offset) }
    }

    /// A chunk with more elements is split.
    static var maximum: Int { 2 * usual }
    /// The size of new chunks. Neighbours that have no more elements together become one chunk.
    static var usual: Int { 128 }

    let order: Order
    /// No chunk is empty.
    private(set) var chunks: [[Element]] = []
    private(set) var count = 0

    /// - Parameter elements: different elements, already in the order.
    init(ordered elements: [Element] = [], by order: Order) {
        self.order = order
        count = elements.count
        chunks = SortedChunks.pieces(of: elements)
    }

    init(_ elements: some Sequence<Element>, by order: Order) {
        self.init(ordered: elements.sorted(by: order.precedes), by: order)
    }

    var startIndex: Index { Index(chunk: 0, offset: 0) }
    var endIndex: Index { Index(chunk: chunks.count, offset: 0) }

    func index(after index: Index) -> Index {
        index.offset + 1 < chunks[index.chunk].count
            ? Index(chunk: index.chunk, offset: index.offset + 1) : Index(chunk: index.chunk + 1, offset: 0)
    }

    subscript(index: Index) -> Element { chunks[index.chunk][index.offset] }

    /// Returns the first index from which on a condition is true, by binary search.
    ///
    /// - Parameter isReached: false for elements up to some place in the order, true for all after it.
    func search(_ isReached: (Element) -> Bool) -> Index {
        let next = chunks.search { isReached($0[0]) }
        guard next > 0 else { return startIndex }
        let offset = chunks[next - 1].search(isReached)
        return offset < chunks[next - 1].count ? Index(chunk: next - 1, offset: offset) : Index(chunk: next, offset: 0)
    }

    /// Replaces the element at the place of another one; does nothing if that place is empty.
    mutating func substitute(_ element: Element) {
        let index = search { !order.precedes($0, element) }
        guard index < endIndex, isSamePlace(self[index], element) else { return }
        chunks[index.chunk][index.offset] = element
    }

    /// Replaces elements in one pass over all of them.
    ///
    /// - Parameter replacement: the new element at the place of an element; nil if it stays.
    mutating func substitute(_ replacement: (Element) -> Element?) {
        for chunk in chunks.indices {
            for offset in chunks[chunk].indices {
                if let new = replacement(chunks[chunk][offset]) { chunks[chunk][offset] = new }
            }
        }
    }

    /// Removes some elements, and then inserts others; see ``replace(ordered:with:)``.
    mutating func replace(_ removed: [Element], with inserted: [Element]) {
        replace(ordered: removed.sorted(by: order.precedes), with: inserted.sorted(by: order.precedes))
    }

    /// Removes some elements, and then inserts others. Both are already in the order.
    ///
    /// - Parameters:
    ///   - removed: elements at the places of those to remove; one whose place is empty is ignored.
    ///   - inserted: elements whose places are empty after the removal.
    mutating func replace(ordered removed: [Element], with inserted: [Element]) {
        guard !removed.isEmpty || !inserted.isEmpty else { return }
        var (removals, insertions) = (removed[...], inserted[...])
        var changed = ChunkList<Element>(capacity: chunks.count + 1)
        var kept = 0
        while let first = earlier(removals.first, insertions.first) {
            let index = Swift.max(kept, chunks.search { order.precedes(first, $0[0]) } - 1)
            changed.append(unchanged: chunks[kept..<index])
            var chunk = index < chunks.count ? chunks[index] : []
            let next = index + 1 < chunks.count ? chunks[index + 1][0] : nil
            while let element = removals.first, isBefore(element, next) {
                removals.removeFirst()
                let offset = chunk.search { !order.precedes($0, element) }
                guard offset < chunk.count, !order.precedes(element, chunk[offset]) else { continue }
                chunk.remove(at: offset)
                count -= 1
            }
            while let element = insertions.first, isBefore(element, next) {
                insertions.removeFirst()
                chunk.insert(element, at: chunk.search { order.precedes(element, $0) })
                count += 1
            }
            changed.append(changed: chunk)
            kept = Swift.min(index + 1, chunks.count)
        }
        changed.append(unchanged: chunks[kept...])
        chunks = changed.chunks
    }

    /// Returns true if neither of two elements precedes the other.
    func isSamePlace(_ a: Element, _ b: Element) -> Bool { !order.precedes(a, b) && !order.precedes(b, a) }

    private func isBefore(_ element: Element, _ next: Element?) -> Bool {
        next.map { order.precedes(element, $0) } ?? true
    }

    private func earlier(_ a: Element?, _ b: Element?) -> Element? {
        guard let a, let b else { return a ?? b }
        return order.precedes(b, a) ? b : a
    }

    /// Cuts elements into chunks of the usual size or a little more.
    fileprivate static func pieces(of elements: [Element]) -> [[Element]] {
        guard elements.count > maximum else { return elements.isEmpty ? [] : [elements] }
        let count = elements.count / usual
        return (0..<count).map { Array(elements[elements.count * $0 / count..<elements.count * ($0 + 1) / count]) }
    }

    /// The chunks of a changed collection.
    private struct ChunkList<Item> where Item == Element {
        private(set) var chunks: [[Item]] = []
        /// True if the next chunk may have become small enough to be joined with the last one.
        private var isJoining = false

        init(capacity: Int) { chunks.reserveCapacity(capacity) }

        mutating func append(unchanged slice: ArraySlice<[Item]>) {
            guard let first = slice.first else { return }
            let isJoined = isJoining && join(first)
            isJoining = isJoined && slice.count == 1
            chunks += isJoined ? slice.dropFirst() : slice
        }

        mutating func append(changed chunk: [Item]) {
            if !chunk.isEmpty, !join(chunk) { chunks += SortedChunks.pieces(of: chunk) }
            isJoining = true
        }

        private mutating func join(_ chunk: [Item]) -> Bool {
            guard let last = chunks.indices.last, chunks[last].count + chunk.count <= SortedChunks.usual else {
                return false
            }
            chunks[last] += chunk
            return true
        }
    }
}

extension Array {
    /// Returns the first index from which on a condition is true, by binary search.
    fileprivate func search(_ isReached: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
