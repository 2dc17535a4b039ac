import Testing
import Web

@Suite("Redirect targets and HTML")
struct LocalTargetTests {
    @Test(
        "a path of this site is a valid target",
        arguments: [
            "/", "/organizations/acme", "/organizations/acme?q=a%20b&owner=x%40y", "/a/", "/a.b/c-d_e~f",
            "/organizations/caf%C3%A9", "/?return_to=%2F%2Fevil.example", "/@evil.example", "/a?b=//c",
        ])
    func accepted(_ text: String) {
        #expect(LocalTarget(text)?.text == text)
    }

    @Test(
        "text that could lead to another site is refused",
        arguments: [
            "", "evil.example", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example",
            "\\\\evil.example", "/\t/evil.example", "/ /evil.example", "\n/a", "/a\r\nSet-Cookie: x=y",
            "/%2Fevil.example",
            "/%2f%2fevil.example", "/%5Cevil.example", "/%09/evil.example", "/a//b", "/./evil", "/../evil", "/a/..",
            "/%2e%2e/evil", "/%252Fevil.example", "/%0d%0aSet-Cookie:x", "/a?b=%0d%0a", "/a%", "/a%4", "/a%+1", "/a#b",
            "javascript:alert(1)", "/\u{0}", "/é", "https:/evil.example", "@evil.example", "?a=b",
        ])
    func refused(_ text: String) {
        #expect(LocalTarget(text) == nil)
    }

    @Test("a target longer than the limit is refused")
    func long() {
        #expect(LocalTarget("/" + String(repeating: "a", count: 1023)) != nil)
        #expect(LocalTarget("/" + String(repeating: "a", count: 1024)) == nil)
    }

    @Test("text interpolated into HTML is escaped")
    func escaping() {
        let name = "\"><script>alert('x')</script>&\u{7}"
        let html: HTML = "<b title=\"\(name)\">\(name)</b>\(7)\([HTML(text: "<"), "<br>"])"
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\u{FFFD}"
        #expect(html.markup == "<b title=\"\(escaped)\">\(escaped)</b>7&lt;<br>")
    }

    @Test("control characters are replaced, and all other characters kept", arguments: ["", "<"])
    func characters(_ escaped: String) {
        for scalar in (0...0x2100).compactMap(Unicode.Scalar.init) where !"&<>\"'".unicodeScalars.contains(scalar) {
            let isBlank = [0x09, 0x0A, 0x0C, 0x0D].contains(scalar.value)
            let isControl = scalar.properties.generalCategory == .control && !isBlank
            let html: HTML = "\("\(escaped)a\(scalar)z")"
            let end = "a\(isControl ? "\u{FFFD}" : String(scalar))z"
            #expect(html.bytes == Array(((escaped.isEmpty ? "" : "&lt;") + end).utf8), "\(scalar.value)")
        }
    }

    @Test("cookies are host-bound over https")
    func cookies() {
        #expect(
            Cookie("gatehouse", isSecure: true).setting("v")
                == "__Host-gatehouse=v; Path=/; Secure; HttpOnly; SameSite=Lax")
        #expect(
            Cookie("gatehouse", isSecure: false).clearing == "gatehouse=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    }
}
