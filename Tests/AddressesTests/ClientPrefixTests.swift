import Addresses
import Testing

@Suite("Prefixes of clients' addresses")
struct ClientPrefixTests {
    @Test(
        "a prefix is an IPv4 address or an IPv6 /64, and text without an address is unknown",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::1", "0:0:0:0::/64"),
            ("", "unknown"), ("unknown", "unknown"), ("203.0.113.9:80", "unknown"), ("203.0.113.9%eth0", "unknown"),
        ])
    func prefix(_ address: String, _ description: String) {
        #expect(ClientPrefix(address).description == description)
    }

    @Test("addresses of one /64 share a prefix, neighbours share only the site, and IPv4 has none")
    func sharing() {
        let one = ClientPrefix("2001:db8:1:2::1")
        let same = ClientPrefix("2001:db8:1:2:ffff:ffff:ffff:ffff")
        let neighbour = ClientPrefix("2001:db8:1:3::1")
        #expect(one == same && one != neighbour)
        #expect(one.site == neighbour.site && one.site?.description == "2001:db8:1::/48")
        #expect(one.site != ClientPrefix("2001:db8:2:2::1").site && one.site != one)
        #expect(ClientPrefix("203.0.113.9").site == nil && ClientPrefix.unknown.site == nil && one.site?.site == nil)
        // The prefix of ::/64 differs from that of 0.0.0.0 and from that of an unknown address.
        #expect(Set(["::", "0.0.0.0", "?"].map { ClientPrefix($0) }).count == 3)
        #expect(MemoryLayout<ClientPrefix>.stride == 16)
    }

    @Test(
        "an address is written in its usual form, without zone",
        arguments: [
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"),
            ("10.0.0.1", "10.0.0.1"),
        ])
    func written(_ text: String, _ description: String) {
        #expect(IPAddress(scoped: text)?.description == description)
    }

    @Test("zones are empty nowhere, and follow IPv6 only", arguments: ["fe80::1%", "10.0.0.1%1", "%1", "fe80::1% x"])
    func zones(_ text: String) {
        #expect(IPAddress(scoped: text) == nil)
    }
}
