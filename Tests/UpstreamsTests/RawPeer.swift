import GatehouseTesting
import Glibc
import Threads

/// One end of a connection, octet by octet, for a thread that may block. It waits ten seconds at most.
final class RawPeer {
    private let number: Int32
    private var received: [UInt8] = []
    private var isClosed = false
    /// True if the other side reset the connection.
    private(set) var wasReset = false

    init(_ number: Int32) {
        self.number = number
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        // The option's value is a timeval of the given length.
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    convenience init(port: UInt16) { self.init(LoopbackSocket.connected(to: port)) }

    deinit { close() }

    func close() {
        if !isClosed { Glibc.close(number) }
        isClosed = true
    }

    /// Ends the connection with a reset.
    func reset() {
        var value = linger(l_onoff: 1, l_linger: 0)
        // The option's value is a linger structure of the given length.
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func endWriting() { Glibc.shutdown(number, Int32(SHUT_WR)) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Returns the number of octets that were sent before the other side stopped to take them.
    @discardableResult func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            // The array is valid during the call and has as many octets from `sent` on.
            let count = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.send(number, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Returns octets up to and including a text, or all until the end.
    func read(until suffix: String? = nil) -> String {
        let wanted = suffix.map { Array($0.utf8) }
        while true {
            if let wanted, let end = end(of: wanted) {
                defer { received.removeFirst(end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            guard fill() else {
                defer { received = [] }
                return String(decoding: received, as: UTF8.self)
            }
        }
    }

    /// Sends octets one by one, and reads none, until the other side has reset the connection; false if it does not.
    func isResetUnread() -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            // The octet is valid during the call.
            let sent = unsafe Glibc.send(number, [0x61], 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if sent < 0, [EPIPE, ECONNRESET].contains(errno) { return true }
            var state = pollfd(fd: number, events: 0, revents: 0)
            // One entry is given.
            if unsafe poll(&state, 1, 10) > 0, Int32(state.revents) & (POLLERR | POLLHUP) != 0 { return true }
        }
        return false
    }

    /// Returns exactly so many octets, fewer at the end.
    func read(_ count: Int) -> [UInt8] {
        while received.count < count, fill() {}
        defer { received.removeFirst(min(count, received.count)) }
        return Array(received.prefix(count))
    }

    /// True once the other side has ended its direction and all its octets were read.
    func isAtEnd() -> Bool { received.isEmpty && !fill() }

    private func fill() -> Bool {
        var buffer: [UInt8] = Array(repeating: 0, count: 65536)
        // The buffer is exactly as long as its count.
        let count = unsafe recv(number, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { wasReset = true }
        guard count > 0 else { return false }
        received += buffer[..<count]
        return true
    }

    private func end(of wanted: [UInt8]) -> Int? {
        guard received.count >= wanted.count else { return nil }
        for start in 0...received.count - wanted.count where received[start...].starts(with: wanted) {
            return start + wanted.count
        }
        return nil
    }
}

/// Runs blocking code on a separate thread.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            _ = try SystemThread { continuation.resume(with: Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
