internal import Glibc

/// A failed system call: its name and its error number.
public struct SocketFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name of the system call, or a short description.
    public let call: String
    /// The system's error number (errno).
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String {
        var text: [CChar] = Array(repeating: 0, count: 128)
        // The buffer is exactly as long as the count; longer text is cut.
        guard unsafe strerror_r(code, &text, text.count) == 0 else { return "\(call): error \(code)" }
        let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(call): \(message)"
    }

    /// True if the call would block and can be repeated later.
    public var isWouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
    /// True if the process or the system has no descriptors left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

/// Runs a system call: repeats it while signals interrupt it, and reads errno at once.
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

/// Owner of a descriptor, which closes with the last reference.
public final class Descriptor: Sendable {
    public let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        // An error of close(2) needs no action; on Linux the number is free in any case.
        _ = Glibc.close(number)
    }
}
