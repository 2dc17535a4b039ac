internal import Glibc

/// A standard descriptor of the process. It is never closed.
public struct StandardStream: ByteSink, ByteSource {
    public static let input = StandardStream(descriptor: STDIN_FILENO)
    public static let output = StandardStream(descriptor: STDOUT_FILENO)
    public static let error = StandardStream(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    /// Opens the standard descriptors that the process was started without. Otherwise a file or connection that is
    /// opened later would get their numbers, and would be used as input or output.
    ///
    /// Their input is empty, and output to them is refused.
    public static func occupy() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is assigned, and all lower ones are already open.
            _ = unsafe open("/dev/null", O_RDONLY)
        }
    }

    @discardableResult public func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.span.extracting(written...).withUnsafeBytes { rest in
                // The pointer is used within the closure only, with its own count.
                unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN, wait(for: POLLOUT) { continue }
                return false
            }
            written += count
        }
        return true
    }

    public func read() -> [UInt8]? {
        var buffer = Array(repeating: UInt8(0), count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN, wait(for: POLLIN) { continue }
            return count > 0 ? Array(buffer.prefix(count)) : nil
        }
    }

    /// Waits for a terminal or pipe that another program left non-blocking.
    private func wait(for events: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return unsafe poll(&entry, 1, -1) >= 0 || errno == EINTR
    }
}
