import Files
import Glibc
import Testing
import Threads
import Time

@testable import Sockets

/// A handler that records events; a test decides in its closures when to stop the reactor.
private final class Watcher: EventHandler {
    var events: [String] = []
    var whenReady: (Readiness) -> Void = { _ in }
    var whenDue: (Turn) -> Void = { _ in }

    func ready(_ readiness: Readiness, at turn: Turn) {
        events.append("ready")
        whenReady(readiness)
    }

    func deadlinePassed(at turn: Turn) {
        events.append("due")
        whenDue(turn)
    }
}

/// Returns both ends of a connection.
private func pair() throws -> (Sockets.Stream, Sockets.Stream) {
    var numbers: [Int32] = [0, 0]
    // The array holds the two numbers that the call writes.
    let result = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &numbers)
    guard result == 0 else { throw SystemError(call: "socketpair", code: errno) }
    return (Sockets.Stream(Descriptor(numbers[0])), Sockets.Stream(Descriptor(numbers[1])))
}

// Each test runs its reactor on its own thread until a handler stops it.
@Suite("Reactors", .timeLimit(.minutes(1)))
struct ReactorTests {
    let reactor: Reactor

    init() throws {
        reactor = try Reactor()
    }

    @Test("closures run on the loop's thread, in order")
    func perform() throws {
        let reactor = reactor
        #expect(!reactor.isCurrent)
        reactor.perform { #expect(reactor.isCurrent) }
        reactor.perform { reactor.stop() }
        reactor.run()
        #expect(!reactor.isCurrent)
    }

    @Test("tasks that prefer the reactor run on its thread")
    func tasks() async throws {
        let reactor = reactor
        _ = try reactor.start()
        let places = await Task(executorPreference: reactor) {
            let before = reactor.isCurrent
            await Task.yield()
            return [before, reactor.isCurrent]
        }.value
        #expect(places == [true, true])
        reactor.stop()
    }

    @Test("a stream becomes readable, then ends")
    func stream() throws {
        let (near, far) = try pair()
        let watcher = Watcher()
        let watched = try WatchedStream(near, on: reactor, interest: .read, handler: watcher)
        var buffer: [UInt8] = Array(repeating: 0, count: 16)
        #expect(near.read(into: &buffer) == .wantRead)
        #expect(far.write([0, 1, 2], from: 1) == .count(2))
        watcher.whenReady = { [reactor] _ in
            if near.read(into: &buffer) == .closed {
                watched.close()
                reactor.stop()
            } else {
                far.endWriting()
            }
        }
        reactor.run()
        #expect(buffer[..<2] == [1, 2])
        #expect(watcher.events == ["ready", "ready"])
        #expect(watched.key == nil)
    }

    @Test("writing waits once the reader's buffers are full, and fails after the reader closes")
    func fullStream() throws {
        var (near, far): (Sockets.Stream, Sockets.Stream?) = try pair()
        let bytes: [UInt8] = Array(repeating: 0, count: 1 << 20)
        var last = near.write(bytes, from: 0)
        while case .count = last { last = near.write(bytes, from: 0) }
        #expect(last == .wantWrite)
        far = nil
        #expect(far == nil)
        #expect(near.write(bytes, from: 0) == .closed)
    }

    @Test("deadlines pass in order and never early, and none reaches a removed handler")
    func deadlines() throws {
        let (near, far) = try pair()
        let gone = Watcher()
        let stays = Watcher()
        let first = try WatchedStream(near, on: reactor, interest: [], handler: gone)
        let stale = try #require(first.key)
        let start = MonotonicTime.now()
        reactor.wake(stale, at: start + .milliseconds(1))
        first.close()
        // The second stream takes the slot of the closed one.
        let second = try WatchedStream(far, on: reactor, interest: [], handler: stays)
        let key = try #require(second.key)
        #expect(key.slot == stale.slot)
        reactor.wake(key, at: start + .milliseconds(3))
        reactor.wake(key, at: start + .milliseconds(2))
        stays.whenDue = { [reactor] turn in
            #expect(turn.monotonic >= start + .milliseconds(stays.events.count + 1))
            if stays.events.count == 2 { reactor.stop() }
        }
        reactor.run()
        #expect(gone.events.isEmpty)
        #expect(stays.events == ["due", "due"])
    }

    @Test("a handler can request the next turn, and turns end with the registered actions")
    func nextTurn() throws {
        let (near, far) = try pair()
        let watcher = Watcher()
        let watched = try WatchedStream(near, on: reactor, interest: [], handler: watcher)
        let key = try #require(watched.key)
        var ends = 0
        reactor.atEndOfTurn { ends += 1 }
        watcher.whenReady = { [reactor] _ in
            if watcher.events.count >= 3 { reactor.stop() } else { reactor.resumeNextTurn(key) }
        }
        reactor.resumeNextTurn(key)
        // The other end stays open, since its end would cause further turns.
        withExtendedLifetime(far) { reactor.run() }
        #expect(watcher.events.count == 3)
        #expect(ends >= 3)
    }

    @Test("a listener accepts connections, including those queued when it closes")
    func listener() throws {
        var peers: [SocketAddress] = []
        let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), on: reactor) { [reactor] stream in
            peers.append(stream.peer)
            reactor.stop()
        }
        try listener.start()
        let address = listener.address
        #expect(address.host == "127.0.0.1" && address.port != 0)
        let client = try #require(connected(to: address))
        reactor.run()
        #expect(peers == [unsafe numericAddress { unsafe getsockname(client.number, $0, $1) }])
        // Connections queued before closing are still accepted.
        let queued = try #require(connected(to: address))
        listener.close()
        #expect(peers.count == 2)
        #expect(queued.number >= 0)
    }

    @Test("an address of another machine is refused")
    func noListener() {
        #expect(throws: SystemError.self) {
            try Listener(SocketAddress(host: "192.0.2.1", port: 0), on: reactor) { _ in }
        }
    }

    private func connected(to address: SocketAddress) -> Descriptor? {
        let descriptor = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // connect(2) expects a sockaddr_in for this family; the length is that of the structure.
        let result = unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? descriptor : nil
    }
}
