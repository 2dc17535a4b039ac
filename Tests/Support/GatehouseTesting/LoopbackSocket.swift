internal import Glibc

/// Sockets of tests that play the other side of a connection byte by byte.
public enum LoopbackSocket {
    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }

    /// Returns a listening socket, which the caller closes, and its port.
    public static func listening() -> (descriptor: Int32, port: UInt16) {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // `sockaddr_in` may be accessed as a `sockaddr`.
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                _ = unsafe Glibc.bind(listener, general, length)
                _ = unsafe getsockname(listener, general, &length)
            }
        }
        Glibc.listen(listener, 16)
        return (listener, UInt16(bigEndian: address.sin_port))
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
