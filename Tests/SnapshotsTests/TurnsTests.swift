import Snapshots
import Testing

@Suite("Turns")
struct TurnsTests {
    private struct Count {
        var inside = 0
        var most = 0
        var done = 0
    }

    @Test("tasks with equal keys run one after the other, and other tasks run in the meantime")
    func order() async {
        let turns = Turns<Int>()
        let log = Published<[String]>([])
        let (held, release) = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            let started = AsyncStream<Void>.makeStream()
            group.addTask {
                await turns.take(1) {
                    started.continuation.finish()
                    for await _ in held {}
                    log.update { $0.append("first") }
                }
            }
            for await _ in started.stream {}
            group.addTask { await turns.take(1) { log.update { $0.append("second") } } }
            await turns.take(2) { log.update { $0.append("other") } }
            release.finish()
        }
        #expect(log.read().value == ["other", "first", "second"])
    }

    @Test("a body that throws ends its turn")
    func failure() async {
        struct TurnError: Error {}
        let turns = Turns<String>()
        await #expect(throws: TurnError.self) {
            try await turns.take("a") { () throws(TurnError) in throw TurnError() }
        }
        #expect(await turns.take("a") { 7 } == 7)
    }

    @Test("no two bodies of one key overlap")
    func exclusion() async {
        let turns = Turns<Int>()
        let count = Published(Count())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await turns.take(0) {
                        count.update {
                            $0.inside += 1; $0.most = max($0.most, $0.inside)
                        }
                        await Task.yield()
                        count.update {
                            $0.inside -= 1; $0.done += 1
                        }
                    }
                }
            }
        }
        #expect(count.read().value.most == 1)
        #expect(count.read().value.done == 200)
    }
}
