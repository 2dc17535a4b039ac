public import Glibc

/// A failed system call: its name and its error number.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name of the system call, or a short description.
    public let call: String
    /// The system's error number (errno).
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The system's text for the error number, such as `No such file or directory`.
    public var message: String {
        var text: [CChar] = Array(repeating: 0, count: 128)
        // The buffer is exactly as long as the count; longer text is cut.
        guard unsafe strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public var description: String { "\(call): \(message)" }

    /// True if the call would block and can be repeated later.
    public var isWouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
    /// True if the process or the system has no descriptors left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// True if the file system has no space left.
    public var isOutOfSpace: Bool { code == ENOSPC }
}

/// Runs a system call: repeats it while signals interrupt it (EINTR), and reads errno at once.
///
/// - Parameter call: the name of the system call, for the error.
@inlinable
public func systemCall(_ call: String, _ body: () -> Int) throws(SystemError) -> Int {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call: call, code: code) }
    }
}

/// Variant for system calls that return an `Int32`.
@inlinable
public func systemCall(_ call: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    Int32(try systemCall(call) { Int(body()) })
}
