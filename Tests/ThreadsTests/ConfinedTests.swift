import Testing
import Threads

@Suite("Confined values")
struct ConfinedTests {
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws -> Value? {
        let result = Monitor<Value?>(nil)
        let thread = try SystemThread {
            let value = body()
            result.change { $0 = value }
        }
        thread.join()
        return result.change { $0 }
    }

    @Test("a confinement is current on the thread that began it, until it ends")
    func current() throws {
        let confinement = Confinement()
        #expect(!confinement.isCurrent)
        confinement.begin()
        #expect(confinement.isCurrent)
        #expect(try onThread { confinement.isCurrent } == false)
        confinement.end()
        #expect(!confinement.isCurrent)
    }

    @Test("a value is readable on its own thread, and on any thread while it belongs to none")
    func readable() throws {
        let confinement = Confinement()
        let confined = Confined(7, to: confinement)
        #expect(try onThread { confined.value } == 7)
        confinement.begin()
        #expect(confined.value == 7)
        confinement.end()
        #expect(try onThread { confined.value } == 7)
    }

    @Test("reading a value on another thread than its own ends the process")
    func foreignThread() async {
        await #expect(processExitsWith: .failure) {
            let confinement = Confinement()
            let confined = Confined(7, to: confinement)
            confinement.begin()
            try SystemThread { _ = confined.value }.join()
        }
    }
}
