internal import Addresses
public import Files
internal import Glibc
internal import Text

/// An address to listen on: a host and a port, in configuration syntax (`127.0.0.1:8080`, `[::1]:0`, `localhost:80`).
/// `[::]` also accepts IPv4 connections.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets.
    public let host: String
    /// Port number; 0 lets the system choose.
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Returns nil if the text is not `host:port` with a port of 0–65535; an IPv6 address must be in brackets.
    public init?(_ text: String) {
        guard case (var host, let digits)? = text.cut(atLast: ":") else { return nil }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        if let inner = host.dropping(exactly: "[")?.dropping(exactlyLast: "]") {
            host = inner
            guard host.holds(":") else { return nil }
        } else if host.holds(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5B && $0 != 0x5D }) else {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    public var description: String { host.holds(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Returns true if listening here also takes the connections to another address, so that both cannot be bound. Port
    /// 0 is a different port each time.
    public func covers(_ other: SocketAddress) -> Bool {
        guard port == other.port, port != 0 else { return false }
        let (own, others) = (IPAddress(host), IPAddress(other.host))
        guard let own, own.isUnspecified else {
            return own == nil && others == nil ? host.isExactly(other.host) : own == others
        }
        // The addresses of a name are not known here, but `[::]` includes them all.
        return own.bytes.count == 16 || others?.bytes.count == 4
    }

    /// Checks that the address is free by binding it exclusively and releasing it. Listeners share their port
    /// (SO_REUSEPORT), so two processes would too.
    ///
    /// - Returns: the address, with a free port in place of 0.
    /// - Throws: the error of bind(2) if another process uses the address.
    public func free() throws(SystemError) -> SocketAddress {
        let descriptor = try bind(sharing: false)
        let port = unsafe numericAddress { unsafe getsockname(descriptor.number, $0, $1) }.port
        return SocketAddress(host: host, port: port)
    }

    /// The most connections that wait in the kernel until they are accepted.
    static let queueLength = 4096

    /// Binds and listens; the socket is non-blocking and may share its port with other sockets of this process.
    func listen() throws(SystemError) -> Descriptor {
        let descriptor = try bind(sharing: true)
        _ = try systemCall("listen") { Glibc.listen(descriptor.number, Int32(SocketAddress.queueLength)) }
        return descriptor
    }

    func bind(sharing: Bool) throws(SystemError) -> Descriptor {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let first = unsafe list else {
            throw SystemError(call: "cannot resolve \(host)", code: EADDRNOTAVAIL)
        }
        defer { unsafe freeaddrinfo(first) }
        // The list and its targets live until freeaddrinfo above.
        let family = unsafe first.pointee.ai_family
        let number = try systemCall("socket") {
            Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        let descriptor = Descriptor(number)
        try setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if sharing { try setOption(descriptor, SOL_SOCKET, SO_REUSEPORT) }
        if family == AF_INET6 {
            // The option is set either way, since the system's default differs (net.ipv6.bindv6only). A mapped IPv4
            // address needs it too.
            let isDualStack = IPAddress(host).map { $0.isUnspecified || $0.bytes.count == 4 } ?? false
            try setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isDualStack ? 0 : 1)
        }
        _ = try systemCall("cannot listen on \(self)") {
            unsafe Glibc.bind(number, first.pointee.ai_addr, first.pointee.ai_addrlen)
        }
        return descriptor
    }
}

func setOption(
    _ descriptor: Descriptor, _ level: Int32, _ option: Int32, _ value: Int32 = 1
) throws(SystemError) {
    var value = value
    _ = try systemCall("setsockopt") {
        // All options used here have Int32 values.
        unsafe setsockopt(descriptor.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// Returns the numeric host and port of one end of a socket. An IPv4 address that a dual-stack socket maps into IPv6
/// (RFC 4291, section 2.5.5.2) is returned as an IPv4 address.
func numericAddress(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
) -> SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host: [CChar] = Array(repeating: 0, count: Int(NI_MAXHOST))
    var port: [CChar] = Array(repeating: 0, count: Int(NI_MAXSERV))
    // `sockaddr_storage` may be accessed as any `sockaddr`; the buffers are as large as the lengths state.
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
            guard unsafe call(address, &length) == 0 else { return -1 }
            return unsafe getnameinfo(
                address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                NI_NUMERICHOST | NI_NUMERICSERV)
        }
    }
    guard result == 0 else { return SocketAddress(host: "unknown", port: 0) }
    func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    let number = text(host)
    let mapped = number.starts(exactly: "::ffff:") ? IPAddress(number) : nil
    return SocketAddress(host: mapped?.description ?? number, port: UInt16(text(port)) ?? 0)
}
