import Testing

@testable import Text

@Suite("The natural order of names")
struct NaturalOrderTests {
    @Test(
        "case does not count, and numbers count by their value",
        arguments: [
            ["ada", "Bob", "carl"], ["soc 2", "SOC 10", "soc 100"], ["a1b2", "a1b10", "a02b1"], ["a", "a1", "ab"],
            ["x9", "x99999999999999999999", "x100000000000000000000"], ["", "0", "1", "a"],
        ])
    func order(names: [String]) {
        let keys = names.map { Array(NaturalOrder.key($0).utf8) }
        for (key, next) in zip(keys, keys.dropFirst()) {
            #expect(key.lexicographicallyPrecedes(next))
        }
    }

    @Test("names that differ in case alone, or in leading zeros, have one key", arguments: [("Ada 007", "ADA 7")])
    func equal(one: String, other: String) {
        #expect(NaturalOrder.key(one).utf8.elementsEqual(NaturalOrder.key(other).utf8))
    }

    @Test("a long name has a bounded key")
    func long() {
        #expect(NaturalOrder.key(String(repeating: "a1", count: 10_000)).utf8.count < 1024)
    }
}
