import GatehouseTesting
import Synchronization
import Testing

@testable import MetricsSnapshots

@Suite("Sorted chunks")
struct SortedChunksTests {
    /// The order of numbers; counts its comparisons.
    private final class Numbers: TotalOrder {
        let comparisons = Atomic<Int>(0)

        func precedes(_ a: Int, _ b: Int) -> Bool {
            comparisons.wrappingAdd(1, ordering: .relaxed)
            return a < b
        }
    }

    /// Checks the elements, and the bounds of the chunks' sizes that keep changes cheap.
    private func check(
        _ sorted: SortedChunks<Numbers>, _ expected: some Collection<Int>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let sizes = sorted.chunks.map(\.count)
        #expect(Array(sorted) == Array(expected), sourceLocation: sourceLocation)
        #expect(sorted.count == expected.count, sourceLocation: sourceLocation)
        #expect(sizes.allSatisfy { 1...SortedChunks<Numbers>.maximum ~= $0 }, sourceLocation: sourceLocation)
        #expect(
            zip(sizes, sizes.dropFirst()).allSatisfy { $0 + $1 > SortedChunks<Numbers>.usual },
            "neighbours are too small: \(sizes)", sourceLocation: sourceLocation)
    }

    @Test("any sequence of changes equals sorting from scratch", arguments: 0..<40)
    func property(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let bound = [10, 300, 5000][seed % 3]
        var model: Set<Int> = []
        var sorted = SortedChunks(ordered: [], by: Numbers())
        for _ in 0..<30 {
            let size = random.pick([1, 3, 40, 1000])
            let numbers = Set((0..<size).map { _ in random.next(below: bound) })
            // Some are removed, some inserted, and some removed and inserted again. Removing an absent one does nothing.
            let removed = numbers.filter { _ in random.next(below: 2) == 0 }
            let inserted = numbers.filter { removed.contains($0) ? $0 % 3 == 0 : !model.contains($0) }
            let before = (sorted, model)
            sorted.replace(removed.shuffled(), with: inserted.shuffled())
            model = model.subtracting(removed).union(inserted)
            check(sorted, model.sorted())
            check(before.0, before.1.sorted())
            let place = random.next(below: bound)
            let found = sorted.search { $0 >= place }
            #expect((found < sorted.endIndex ? sorted[found] : nil) == model.filter { $0 >= place }.min())
        }
    }

    @Test("a sequence is filled from nothing and emptied again, in any direction")
    func growth() {
        for numbers in [Array(0..<3000), Array((0..<3000).reversed())] {
            var sorted = SortedChunks(ordered: [], by: Numbers())
            for number in numbers { sorted.replace([], with: [number]) }
            check(sorted, 0..<3000)
            for number in numbers { sorted.replace([number], with: []) }
            check(sorted, [])
            #expect(sorted.startIndex == sorted.endIndex && sorted.search { _ in true } == sorted.endIndex)
        }
    }

    @Test("a change compares few elements of many")
    func cost() {
        for count in [100, 10_000, 100_000] {
            let order = Numbers()
            var sorted = SortedChunks(ordered: (0..<count).map { $0 * 2 }, by: order)
            order.comparisons.store(0, ordering: .relaxed)
            sorted.replace([count], with: [count + 1])
            #expect(order.comparisons.load(ordering: .relaxed) < 100)
            #expect(sorted.count == count)
        }
    }
}
