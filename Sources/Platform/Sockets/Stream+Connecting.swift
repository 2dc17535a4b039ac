internal import Glibc

extension Stream {
    /// Begins to connect to a numeric address; the stream is ready for writing when that is done, one way or the other.
    public static func connecting(to address: SocketAddress) throws(SocketFault) -> Stream {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, String(address.port), &hints, &list) == 0, let first = unsafe list else {
            throw SocketFault(call: "\(address.host) is not a numeric address", code: EINVAL)
        }
        defer { unsafe freeaddrinfo(first) }
        // The list and what it points to live until freeaddrinfo above.
        let family = unsafe first.pointee.ai_family
        let number = try system("socket") {
            Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        let descriptor = Descriptor(number)
        try? setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        do throws(SocketFault) {
            _ = try system("connect") {
                unsafe Glibc.connect(number, first.pointee.ai_addr, first.pointee.ai_addrlen)
            }
        } catch {
            guard error.code == EINPROGRESS else { throw error }
        }
        return Stream(descriptor)
    }

    /// What became of connecting, once the stream is ready for writing.
    public func checkConnected() throws(SocketFault) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try system("getsockopt") { unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &length) }
        guard code == 0 else { throw SocketFault(call: "connect", code: code) }
    }

    /// The same connection with TLS on it, as a client; `nil` where memory is short.
    ///
    /// - Parameter host: whose certificate it has to be.
    public func securing(for host: String, _ context: TLSClientContext) -> Stream? {
        TLSConnection(connecting: descriptor, to: host, context).map { Stream(descriptor, tls: $0) }
    }
}

/// Names to addresses, by the system's resolver. Blocks: not for a reactor's thread.
public enum NameResolution {
    /// Numeric addresses of a host in the order in which they should be tried; empty where it has none.
    public static func addresses(of host: String) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        // Without a network beside loopback AI_ADDRCONFIG finds nothing.
        if unsafe getaddrinfo(host, nil, &hints, &list) != 0 {
            unsafe hints.ai_flags = 0
            guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        }
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        var result: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text: [CChar] = Array(repeating: 0, count: Int(NI_MAXHOST))
            // The entry's address is as long as it says.
            let code = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code == 0, !result.contains(address) { result.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return result
    }
}
