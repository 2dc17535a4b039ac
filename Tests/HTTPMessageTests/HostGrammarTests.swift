import Testing

@testable import HTTPMessage

@Suite("Host")
struct HostGrammarTests {
    @Test(
        "hosts that match the grammar are accepted",
        arguments: [
            "h", "a.example", "a.example:443", "a:", "localhost:8080", "1.2.3.4", "1.2.3.4:9000", "under_score",
            "a%20b", "[::]", "[::1]", "[::1]:8080", "[2001:db8::9]:1", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]",
            "[::2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", "[v1.a:b]", "[ABCD::EF]",
        ])
    func taken(_ text: String) { #expect(matches(text)) }

    @Test(
        "hosts that do not match the grammar are refused",
        arguments: [
            "", "[", "]", "[]", "a:b", ":", ":80", "::1", "1.2.3.4:9000:80", "a:80:", "a:-1", "a:+1", "a b", "a/b",
            "u@h", "a,b", "a%2", "a%zz", "a[b]", "[::1", "::1]", "[::1]80", "[::1]:b", "[::1]:80:80", "[::1:]", "[:::]",
            "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[12345::]", "[::g]",
            "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.4]", "[::1.2.3.4:5]", "[:1]", "[1:]", "[fe80::1%25eth0]",
            "[1.2.3.4]",
            "[v.a]", "[v1]", "[v1.]", "[vg.a]", "[[::1]]", "é",
        ])
    func refused(_ text: String) { #expect(!matches(text)) }

    private func matches(_ text: String) -> Bool { HostGrammar.matches(text.utf8Span.span) }

    @Test(
        "the host of a request has no port, no case and one spelling",
        arguments: [
            ("access.example", "access.example"), ("Access.EXAMPLE:8443", "access.example"),
            ("a.example:", "a.example"),
            ("a.example.", "a.example."), ("a:b", nil), ("127.0.0.1:80", "127.0.0.1"), ("[::1]", "::1"),
            ("[::1]:8443", "::1"), ("[0:0:0::0001]:1", "::1"), ("[2001:DB8::A]", "2001:db8::a"), ("[v1.x]", "v1.x"),
            ("", ""),
        ] as [(String, String?)])
    func hostName(_ field: String, _ host: String?) {
        #expect(Request.hostName(in: field) == host)
    }
}
