internal import Glibc

/// A system call that failed: which one and why.
public struct SocketFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let call: String
    /// The system's error number (errno).
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String {
        var text: [CChar] = Array(repeating: 0, count: 128)
        // The buffer is as long as the count says; the text is cut where it is longer.
        guard unsafe strerror_r(code, &text, text.count) == 0 else { return "\(call): error \(code)" }
        let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(call): \(message)"
    }

    public var isWouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
    /// No descriptors left, in the process or the system.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

/// The one funnel for system calls: retried while a signal interrupts them, errno taken at once.
func system(_ call: String, _ body: () -> Int) throws(SocketFault) -> Int {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SocketFault(call: call, code: code) }
    }
}

func system(_ call: String, _ body: () -> Int32) throws(SocketFault) -> Int32 {
    Int32(try system(call) { Int(body()) })
}

/// Owns a descriptor: closed when the last reference goes.
public final class Descriptor: Sendable {
    public let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        // An error of close(2) leaves nothing to do; the number is free in any case on Linux.
        _ = Glibc.close(number)
    }
}
