import Dispatch
import Glibc
import Sockets
import Synchronization
import Threads

/// A client that blocks, for a thread of its own. It waits ten seconds at most.
final class TestClient {
    private let number: Int32

    init(_ address: SocketAddress) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SocketFault(call: "socket", code: errno) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        // The option's value is a timeval, and the length is its own.
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // A sockaddr_in is what connect(2) expects of this family; the length is its own.
        let result = unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SocketFault(call: "connect", code: errno) }
    }

    deinit { _ = close(number) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        // The array lives through the call and is as long as its count.
        _ = unsafe Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes until it ends with `suffix`, or the server closes; without `Date`.
    func read(until suffix: String? = nil) -> String {
        var received: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 4096)
        while true {
            // The buffer is as long as its count.
            let count = unsafe recv(number, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
            if let suffix, received.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { break }
        }
        return String(decoding: received, as: UTF8.self).replacing(/Date: [^\r]*\r\n/, with: "")
    }
}

/// Something that happens once, waited for by a thread or by a task.
final class Moment: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let (stream, continuation) = AsyncStream<Void>.makeStream()

    func happens() {
        semaphore.signal()
        continuation.finish()
    }

    /// Whether it came within ten seconds.
    func blockUntil() -> Bool { semaphore.wait(timeout: .now() + 10) == .success }

    /// For one task.
    func wait() async { for await _ in stream {} }
}

/// Runs what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            _ = try SystemThread { continuation.resume(with: Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
