public import Files
internal import Glibc

extension Stream {
    /// Starts connecting to a numeric address. The stream becomes ready for writing when the attempt succeeds or fails.
    public static func connecting(to address: SocketAddress) throws(SystemError) -> Stream {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, String(address.port), &hints, &list) == 0, let first = unsafe list else {
            throw SystemError(call: "\(address.host) is not a numeric address", code: EINVAL)
        }
        defer { unsafe freeaddrinfo(first) }
        // The list and its targets live until freeaddrinfo above.
        let family = unsafe first.pointee.ai_family
        let number = try systemCall("socket") {
            Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        let descriptor = Descriptor(number)
        try? setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        do throws(SystemError) {
            _ = try systemCall("connect") {
                unsafe Glibc.connect(number, first.pointee.ai_addr, first.pointee.ai_addrlen)
            }
        } catch {
            guard error.code == EINPROGRESS else { throw error }
        }
        return Stream(descriptor)
    }

    /// Connects to a socket of the file system. The stream is ready for writing at once.
    ///
    /// - Parameter path: at most 107 bytes (unix(7)).
    public static func connecting(toPath path: String) throws(SystemError) -> Stream {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !octets.isEmpty, octets.count < room, !octets.contains(0) else {
            throw SystemError(call: "\(path) is not the path of a socket", code: EINVAL)
        }
        // The path and a zero fit, as checked above; the structure was filled with zeros.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        let number = try systemCall("socket") {
            Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        let descriptor = Descriptor(number)
        // The structure is a sockaddr of the stated family and length.
        _ = try systemCall("connect") {
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        return Stream(descriptor)
    }

    /// Throws if the connection attempt failed; call it once the stream is ready for writing.
    public func checkConnected() throws(SystemError) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try systemCall("getsockopt") { unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &length) }
        guard code == 0 else { throw SystemError(call: "connect", code: code) }
    }

    /// Returns the connection with TLS as a client, or nil if memory is short.
    ///
    /// - Parameter host: the name or address that the server's certificate must have.
    public func securing(for host: String, _ context: TLSClientContext) -> Stream? {
        TLSConnection(connecting: descriptor, to: host, context).map { Stream(descriptor, tls: $0) }
    }
}
