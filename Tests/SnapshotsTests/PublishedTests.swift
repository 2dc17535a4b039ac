import Snapshots
import Testing

@Suite("Published values")
struct PublishedTests {
    @Test("a reading is refreshed only after a change")
    func refresh() {
        let published = Published(1)
        var reading = published.read()
        #expect(!published.refresh(&reading))
        published.publish(2)
        #expect(reading.value == 1)
        #expect(published.refresh(&reading))
        #expect(reading.value == 2)
        #expect(reading.version == published.version)
    }

    @Test("no update is lost between threads")
    func concurrentUpdates() async {
        let published = Published(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { published.update { $0 += 1 } } }
            }
        }
        #expect(published.read().value == 8000)
        #expect(published.version == 8001)
    }
}
