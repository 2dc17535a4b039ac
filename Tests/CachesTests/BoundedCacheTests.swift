import Caches
import Testing

@Suite("Bounded caches")
struct BoundedCacheTests {
    @Test("a cache stays within its bytes and entries, whatever is inserted", arguments: [1, 100, 5000, 60_000])
    func bounds(size: Int) {
        var cache = BoundedCache<Int, Int>(bytes: 100_000, entries: 200)
        for number in 0..<2000 {
            cache.insert(number, for: number, bytes: size)
            #expect(cache.bytes <= 100_000 && cache.count <= 200)
        }
        // The last one is there, unless it is larger than a half.
        #expect(cache.value(for: 1999) == (size < 50_000 ? 1999 : nil))
    }

    @Test("entries in use are kept, and others are dropped")
    func usage() {
        var cache = BoundedCache<Int, String>(bytes: 1 << 20, entries: 20)
        cache.insert("used", for: -1, bytes: 10)
        cache.insert("unused", for: -2, bytes: 10)
        for number in 0..<100 {
            cache.insert("other", for: number, bytes: 10)
            #expect(cache.value(for: -1) == "used")
        }
        #expect(cache.value(for: -2) == nil)
    }

    @Test("an entry counts once, however often it is replaced, moved or removed")
    func accounting() {
        var cache = BoundedCache<Int, Int>(bytes: 10_000, entries: 8)
        for round in 0..<50 {
            for key in 0..<3 {
                cache.insert(round, for: key, bytes: 100 + round)
                #expect(cache.value(for: key) == round && cache.peek(key) == round)
            }
        }
        #expect(cache.count <= 6)
        for key in 0..<3 { cache.remove(key) }
        #expect(cache.bytes == 0 && cache.count == 0)
        cache.insert(1, for: 1, bytes: .max)
        cache.insert(1, for: 1, bytes: -5)
        #expect(cache.value(for: 1) == 1)
        cache.removeAll()
        #expect(cache.bytes == 0 && cache.value(for: 1) == nil)
    }
}
