import Testing
import Time

@testable import Sockets

@Suite("Timers and addresses")
struct TimerHeapTests {
    private func key(_ slot: UInt32) -> RegistrationKey { RegistrationKey(slot: slot, generation: 1) }

    @Test("entries are due in the order of their deadlines, in whatever order they were added", arguments: 0..<20)
    func order(seed: UInt64) {
        var heap = TimerHeap()
        var state = seed
        var deadlines: [UInt64] = []
        for index in 0..<100 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            deadlines.append(state >> 58)
            heap.insert(
                TimerHeap.Entry(deadline: MonotonicTime(nanoseconds: deadlines[index]), key: key(UInt32(index))))
        }
        var due: [UInt64] = []
        while let entry = heap.removeDue(at: MonotonicTime(nanoseconds: .max)) {
            #expect(deadlines[Int(entry.key.slot)] == entry.deadline.nanoseconds)
            due.append(entry.deadline.nanoseconds)
        }
        #expect(due == deadlines.sorted())
        #expect(heap.earliest == nil)
    }

    @Test("an entry is due at its deadline, not before")
    func due() {
        var heap = TimerHeap()
        heap.insert(TimerHeap.Entry(deadline: MonotonicTime(nanoseconds: 5), key: key(0)))
        #expect(heap.earliest == MonotonicTime(nanoseconds: 5))
        #expect(heap.removeDue(at: MonotonicTime(nanoseconds: 4)) == nil)
        #expect(heap.removeDue(at: MonotonicTime(nanoseconds: 5))?.key == key(0))
        #expect(heap.removeDue(at: MonotonicTime(nanoseconds: 5)) == nil)
    }

    @Test("a registration's key is unchanged after it went through epoll")
    func userData() {
        let key = RegistrationKey(slot: 7, generation: .max)
        #expect(RegistrationKey(userData: key.userData) == key)
    }

    @Test(
        "addresses are a host and a port",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
        ] as [(String, String, UInt16)])
    func addresses(text: String, host: String, port: UInt16) {
        let address = SocketAddress(text)
        #expect(address == SocketAddress(host: host, port: port))
        #expect(address?.description == text)
    }

    @Test(
        "text that is not an address is refused",
        arguments: [
            "", ":", ":80", "h", "h:", "h:65536", "h:-1", "h:+1", "h:8 0", "::1:80", "[h]:80", "[]:80", "a b:80",
            "é:80",
            "[::1:80", "::1]:80", "h:٨",
        ])
    func noAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
