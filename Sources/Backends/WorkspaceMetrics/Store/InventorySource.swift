internal import Glibc
internal import Text

/// The source of a document, read piece by piece, such as a request's body.
public protocol InventorySource {
    /// Returns the next bytes, cut at any place, or nil at the end.
    mutating func next() async throws -> [UInt8]?
}

/// Blocking variant of ``InventorySource``, for command-line use.
public protocol BlockingInventorySource: Sendable {
    /// Returns the next bytes, cut at any place, or nil at the end. Blocks until there are some.
    mutating func next() throws -> [UInt8]?
}

/// A document in memory.
public struct InventoryBytes: InventorySource, BlockingInventorySource, Sendable {
    private var bytes: [UInt8]?

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public mutating func next() -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}

/// A document in a file, or on standard input.
public struct InventoryFile: BlockingInventorySource {
    /// The reason why a file cannot be read, with the system's message.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        init(_ path: String) {
            unsafe description = "\(path): \(String(cString: strerror(errno)))"
        }
    }

    private let path: String
    private let descriptor: OwnedDescriptor

    /// - Parameter path: `-` for standard input.
    public init(path: String) throws(Failure) {
        self.path = path
        let opened = unsafe path.isExactly("-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw Failure(path) }
        descriptor = OwnedDescriptor(opened)
    }

    public mutating func next() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor.number, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path) }
            buffer.removeLast(buffer.count - count)
            return buffer.isEmpty ? nil : buffer
        }
    }
}

/// A file descriptor that is closed with its last reference.
final class OwnedDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }
}
