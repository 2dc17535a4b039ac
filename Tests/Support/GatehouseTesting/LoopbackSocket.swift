internal import Glibc

/// Sockets of tests that play the other side of a connection byte by byte.
public enum LoopbackSocket {
    fileprivate static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }

    /// Returns a socket, which the caller closes, that is connected to a port.
    public static func connected(to port: UInt16) -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        // `sockaddr_in` may be accessed as a `sockaddr`.
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                _ = unsafe Glibc.connect(descriptor, general, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }
}

/// A listening socket on this machine, open until the last owner releases it.
///
/// A thread that accepts connections owns its listener: the descriptor's number must not belong to another socket while
/// the thread may still use it.
public final class LoopbackListener: Sendable {
    private let descriptor: Int32
    public let port: UInt16

    /// - Parameter isListening: false to reserve a port at which connections are refused.
    public init(isListening: Bool = true) {
        descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = LoopbackSocket.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // `sockaddr_in` may be accessed as a `sockaddr`.
        unsafe withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                _ = unsafe Glibc.bind(descriptor, general, length)
                _ = unsafe getsockname(descriptor, general, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        if isListening { Glibc.listen(descriptor, 16) }
    }

    /// Returns a connection, which the caller closes, or nil after `stop()`.
    public func accept() -> Int32? {
        let connection = Glibc.accept(descriptor, nil, nil)
        return connection >= 0 ? connection : nil
    }

    /// Ends the wait of `accept()`, now and later.
    public func stop() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { Glibc.close(descriptor) }
}
