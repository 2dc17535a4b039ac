import Testing

@testable import Configuration

@Suite struct ValueTests {
    @Test(
        "origins are written as browsers write them",
        arguments: [
            ("https://Access.Example.com", "https://access.example.com"),
            ("https://a.example:443", "https://a.example"),
            ("https://a.example:8443", "https://a.example:8443"), ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("http://localhost:8080", "http://localhost:8080"),
        ])
    func origins(_ text: String, _ origin: String) throws {
        #expect(try PublicURL(text).origin == origin)
    }

    @Test(
        "only this machine is loopback",
        arguments: [
            ("http://127.0.0.1", true), ("http://127.255.0.1", true), ("http://[::1]", true),
            ("http://localhost", true),
            ("http://a.localhost", true), ("http://128.0.0.1", false), ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false), ("http://[::2]", false), ("http://0.0.0.0", false),
            ("http://[::ffff:127.0.0.1]", true), ("http://127.0.0.1@evil.example", false),
        ])
    func loopback(_ text: String, _ expected: Bool) {
        #expect(AbsoluteURL(text)?.isLoopback == expected)
    }

    @Test(
        "ranges have no bits behind their prefix",
        arguments: ["10.0.0.0/8", "10.128.0.0/9", "fd00::/8", "::/0", "1.2.3.4/32"])
    func ranges(_ text: String) {
        #expect(AddressRange(text)?.text == text)
    }

    @Test(
        "what is no range is refused",
        arguments: ["10.0.0.0/08", "10.64.0.0/9", "fd01::/8", "/8", "10.0.0.0/", "1.2.3.4/33", "a", "1/2/3"])
    func noRanges(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("sizes are read and written", arguments: [("1GiB", 1 << 30), ("512KiB", 512 << 10), ("7B", 7), ("0B", 0)])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes && ByteSize(bytes).description == text)
    }
}
