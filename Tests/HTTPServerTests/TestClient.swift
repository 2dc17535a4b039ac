import Dispatch
import Files
import Glibc
import Sockets
import Synchronization
import Threads

/// A blocking client for a separate thread. It waits ten seconds at most.
final class TestClient {
    private let number: Int32

    /// - Parameter source: the last byte of the client's own address, 127.0.0.x.
    init(_ address: SocketAddress, from source: UInt8 = 1) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError(call: "socket", code: errno) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        // The option's value is a timeval of the given length.
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if source != 1 {
            let bound = unsafe TestClient.withAddress(source, port: 0) { unsafe bind(number, $0, $1) }
            guard bound == 0 else { throw SystemError(call: "bind", code: errno) }
        }
        let result = unsafe TestClient.withAddress(1, port: address.port) { unsafe connect(number, $0, $1) }
        guard result == 0 else { throw SystemError(call: "connect", code: errno) }
    }

    private static func withAddress(
        _ last: UInt8, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = (0x7F00_0000 | UInt32(last)).bigEndian
        // The calls expect a sockaddr_in for this family; the length is that of the structure.
        return unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { _ = close(number) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        // The array is valid during the call and exactly as long as its count.
        _ = unsafe Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Returns input until it ends with `suffix`, or until the server closes; without `Date`.
    func read(until suffix: String? = nil) -> String {
        var received: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 4096)
        while true {
            // The buffer is exactly as long as its count.
            let count = unsafe recv(number, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
            if let suffix, received.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { break }
        }
        return String(decoding: received, as: UTF8.self).replacing(/Date: [^\r]*\r\n/, with: "")
    }
}

/// An event that happens once, and that a thread or a task can wait for.
final class Moment: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let (stream, continuation) = AsyncStream<Void>.makeStream()

    func happens() {
        semaphore.signal()
        continuation.finish()
    }

    /// Blocks until the event; returns false after a minute.
    func blockUntil() -> Bool { semaphore.wait(timeout: .now() + 60) == .success }

    /// Waits for the event in a single task.
    func wait() async { for await _ in stream {} }
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
