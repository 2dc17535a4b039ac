import Files
import Glibc
import Testing

@testable import Sockets

@Suite("Bound addresses")
struct SocketAddressTests {
    @Test("[::] accepts IPv4 connections, and other IPv6 addresses do not")
    func dualStack() throws {
        for (host, takesOne) in [("::", false), ("::ffff:127.0.0.1", false), ("::1", true)] {
            // The socket is bound, but never listens.
            let descriptor = try SocketAddress(host: host, port: 0).bind(sharing: false)
            var (value, length) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
            // The option's value is an Int32.
            let result = unsafe getsockopt(
                descriptor.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &value, &length)
            #expect(result == 0 && value == (takesOne ? 1 : 0), "\(host)")
        }
    }

    @Test(
        "an address covers those whose connections it accepts",
        arguments: [
            ("[::]:80", "0.0.0.0:80", true), ("[::]:80", "127.0.0.1:80", true), ("[::]:80", "[::1]:80", true),
            ("[::]:80", "localhost:80", true), ("0.0.0.0:80", "127.0.0.1:80", true), ("[::]:80", "[::]:80", true),
            ("0.0.0.0:80", "[::1]:80", false), ("0.0.0.0:80", "[::]:80", false), ("127.0.0.1:80", "0.0.0.0:80", false),
            ("0.0.0.0:80", "localhost:80", false), ("[::1]:80", "[0::1]:80", true), ("[::]:80", "[::]:81", false),
            ("[::]:0", "[::]:0", false), ("localhost:80", "localhost:80", true), ("a:80", "b:80", false),
            ("127.0.0.1:80", "[::ffff:127.0.0.1]:80", true),
        ])
    func covers(_ one: String, _ other: String, _ expected: Bool) throws {
        #expect(try #require(SocketAddress(one)).covers(try #require(SocketAddress(other))) == expected)
    }
}
