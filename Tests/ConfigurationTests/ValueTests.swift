import Addresses
import HTTPMessage
import Testing
import Text

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

    @Test("sizes are read and written", arguments: [("1GiB", 1 << 30), ("512KiB", 512 << 10), ("7B", 7), ("0B", 0)])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes && ByteSize(bytes).description == text)
    }

    @Test("texts of a list are the same only if their octets are")
    func listedTexts() throws {
        let provider = #""providers": [{"id":"a","issuer":"https://i","audiences":["caf\u00e9","cafe\u0301"]}]"#
        #expect(try TestFiles.parse(TestFiles.file(provider)).providers.first?.audiences.count == 2)
        let twice = #""providers": [{"id":"a","issuer":"https://i","audiences":["caf\u00e9","caf\u00e9"]}]"#
        #expect(TestFiles.faults(TestFiles.file(twice)).count == 1)
    }
}
