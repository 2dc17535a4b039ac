import Addresses
import Configuration
import Endpoints
import RuntimeConfiguration
import Sockets
import Testing

@testable import Server

/// The proxies trusted below are 10.0.0.0/8 and fd00::/8.
private let chains: [(peer: String, fields: [String], client: String)] = [
    ("10.0.0.1", ["192.0.2.9"], "192.0.2.9"),
    ("192.0.2.1", ["192.0.2.9"], "192.0.2.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9"], "192.0.2.9"),
    ("10.0.0.1", ["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", [" 2001:db8::1 ,\t10.0.0.2"], "2001:db8::1"),
    // Ports, brackets, quotation marks, zones, mapped addresses.
    ("10.0.0.1", ["203.0.113.9:50123"], "203.0.113.9"),
    ("10.0.0.1", ["[2001:db8::9]:4711"], "2001:db8::9"),
    ("10.0.0.1", ["[2001:DB8:0::9]"], "2001:db8::9"),
    ("10.0.0.1", ["\"[2001:db8::9]:4711\""], "2001:db8::9"),
    ("10.0.0.1", ["\"203.0.113.9\""], "203.0.113.9"),
    ("10.0.0.1", ["203.0.113.9:_port"], "203.0.113.9"),
    ("10.0.0.1", ["[fe80::9%25eth0]:80"], "fe80::9"),
    ("10.0.0.1", ["fe80::9%eth0"], "fe80::9"),
    ("10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    ("::ffff:10.0.0.1", ["[::ffff:203.0.113.9]:1"], "203.0.113.9"),
    ("fd00::1", ["203.0.113.9:1, [fd00::2]:443, 10.1.1.1:80"], "203.0.113.9"),
    // An element without an address ends the walk at the hop that wrote it.
    ("10.0.0.1", ["203.0.113.7, nonsense"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, unknown"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, _hidden, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["203.0.113.7, , 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["203.0.113.7,"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7", ""], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, \"192.0.2.9"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, [2001:db8::9"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, [2001:db8::9]80"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9:"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9:123456"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9%eth0"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9:80:81"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7, 192.0.2.9\u{301}"], "10.0.0.1"),
    // A character that merely looks like a comma separates nothing.
    ("10.0.0.1", ["203.0.113.7\u{FF0C}192.0.2.9"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.7,\u{301}192.0.2.9"], "10.0.0.1"),
    // An empty list from a client is ignored by a proxy that appends to it.
    ("10.0.0.1", [", 203.0.113.9"], "203.0.113.9"),
    ("10.0.0.1", ["", "203.0.113.9"], "203.0.113.9"),
    // A peer without a numeric address is returned unchanged.
    ("unknown", ["203.0.113.9"], "unknown"),
]

@Suite("Client addresses behind proxies")
struct TrustedProxiesTests {
    @Test("the client is the rightmost address that is not a trusted proxy", arguments: chains.indices)
    func chain(_ index: Int) {
        let row = chains[index]
        let proxies = TrustedProxies(["10.0.0.0/8", "fd00::/8"].compactMap { .init($0) })
        #expect(proxies.client(peer: row.peer, forwardedFor: row.fields) == row.client)
    }

    @Test("without trusted proxies the peer is the client, and an IPv4 address mapped into IPv6 is IPv4")
    func noProxies() {
        #expect(TrustedProxies([]).client(peer: "10.0.0.1", forwardedFor: ["192.0.2.9"]) == "10.0.0.1")
        #expect(TrustedProxies([]).client(peer: "::ffff:10.0.0.1", forwardedFor: ["192.0.2.9"]) == "10.0.0.1")
    }
}
