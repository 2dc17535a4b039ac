import Addresses
import Testing

@Suite("Ranges of addresses")
struct AddressRangeTests {
    @Test(
        "ranges hold their addresses and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("10.0.0.0/9", "10.128.0.0", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::/0", "10.0.0.1", false),
            ("192.168.1.1/32", "192.168.1.1", true), ("192.168.1.1/32", "192.168.1.2", false),
        ])
    func ranges(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == expected)
    }

    @Test(
        "text that is not an address and a prefix length is refused",
        arguments: ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/+8", "/8", "a/8"])
    func refused(_ text: String) {
        #expect(AddressRange(text) == nil)
    }
}
