import HTTPMessage
import Testing

@Suite("Absolute URLs")
struct AbsoluteURLTests {
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

    @Test("a URL is parsed into its parts")
    func parts() throws {
        let url = try #require(AbsoluteURL("HTTPS://user@A.Example:8443/a//b?c?d#e"))
        #expect(url.scheme == "https" && url.host == "a.example" && url.port == 8443 && url.path == "/a//b")
        #expect(url.query == "c?d" && url.hasUserInfo && url.hasFragment && url.requestTarget == "/a//b?c?d")
        let short = try #require(AbsoluteURL("http://[::1]"))
        #expect(short.host == "::1" && short.port == nil && short.effectivePort == 80 && short.requestTarget == "/")
        #expect(short.authority == "[::1]" && !short.hasUserInfo && !short.hasQuery && !short.hasFragment)
        #expect(AbsoluteURL("https://a:443")?.authority == "a" && AbsoluteURL("https://a:80")?.authority == "a:80")
    }

    @Test(
        "text that is not a URL with a host is refused",
        arguments: [
            "", "a", "/a", "https:", "https:a", "https:/a", "https://", "https:///a", "https://:1", "https://a:0",
            "https://a:65536", "https://a:", "https://a b", "https://a\"", "https://a\u{E9}", "https://-a",
            "https://[a]",
            "1http://a", "h+p://a", "https://a..b", "https://[::1", "https://a/\u{0}",
        ])
    func refused(_ text: String) {
        #expect(AbsoluteURL(text) == nil)
    }

    @Test(
        "a host name has labels of 1 to 63 letters, digits, hyphens and underscores",
        arguments: [
            ("a", true), ("A-b.c_d.1", true), ("_a", true), ("a--b", true), ("-a", false), ("a-", false),
            ("a-.b", false), ("a.-b", false), ("a.", false), (".a", false), ("a..b", false), ("", false), (".", false),
            ("a@", false), ("[a", false), ("a:b", false), ("a b", false), ("\u{E9}", false),
            (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false),
            (String(repeating: "a.", count: 126) + "a", true), (String(repeating: "a.", count: 126) + "aa", false),
        ])
    func hostName(_ text: String, _ expected: Bool) {
        #expect(AbsoluteURL.isHostName(text) == expected)
        #expect((AbsoluteURL("https://\(text)/") != nil) == expected)
    }

    @Test("a URL has at most 2048 octets")
    func longest() {
        let text = "https://a/" + String(repeating: "b", count: 2038)
        #expect(AbsoluteURL(text) != nil && AbsoluteURL(text + "b") == nil)
    }
}
