import HTTPMessage
import Testing

@Suite("Targets and content negotiation")
struct TargetTests {
    @Test(
        "paths are decoded once, segment by segment",
        arguments: [
            ("/", [""]), ("/a/b%20c", ["a", "b c"]), ("/a/", ["a", ""]), ("/a%2Fb", ["a/b"]), ("/a+b", ["a+b"]),
            ("/%25%32%65", ["%2e"]), ("/%C3%A9", ["é"]), ("//", ["", ""]), ("/...", ["..."]), ("/..", nil),
            ("/a/./b", nil), ("/%2e%2E/x", nil), ("/%", nil), ("/%2", nil), ("/%zz", nil), ("/%00", nil), ("/%FF", nil),
            ("/%C0%AE", nil), ("*", nil), ("", nil), ("a", nil),
        ] as [(String, [String]?)])
    func segments(path: String, segments: [String]?) {
        #expect(Target(path: path, query: nil).segments == segments)
    }

    @Test(
        "a query is a list of pairs",
        arguments: [
            (nil, []), ("", []), ("a=1&b=2", ["a=1", "b=2"]), ("a", ["a="]), ("a=b=c", ["a=b=c"]), ("&&a=1&", ["a=1"]),
            ("a=1&a=2", ["a=1", "a=2"]), ("q=a+b%2B", ["q=a b+"]), ("=x", ["=x"]), ("a=%", nil), ("%00=", nil),
            ("a=%FF", nil),
        ] as [(String?, [String]?)])
    func queries(query: String?, pairs: [String]?) {
        #expect(Target(path: "/", query: query).queryItems?.map { "\($0.name)=\($0.value)" } == pairs)
    }

    @Test(
        "an If-None-Match names a tag by weak comparison",
        arguments: [
            ("*", true), (" * ", false), ("\"v1\"", true), ("W/\"v1\"", true), ("\"v2\", W/\"v1\"", true),
            ("\"v2\"", false), ("\"V1\"", false), ("v1", false), ("\"v1", false), ("\"v1\" \"v2\"", false), ("", false),
            ("\"v1\",", true), ("\"v1\" , \"v3\"", true), ("w/\"v1\"", false),
        ])
    func tags(value: String, isNamed: Bool) {
        #expect(EntityTag("v1").isNamed(byIfNoneMatch: value) == isNamed)
        #expect(EntityTag("v1", isWeak: true).isNamed(byIfNoneMatch: value) == isNamed)
    }

    @Test("a tag is written in quotation marks, without characters that a tag cannot have")
    func tagText() {
        #expect(EntityTag("v1").description == "\"v1\"")
        #expect(EntityTag("v\"1\r\n", isWeak: true).description == "W/\"v1\"")
    }

    @Test(
        "the preferred type has the highest weight, then the server's order",
        arguments: [
            ("", "text/html"), ("Accept: */*\r\n", "text/html"), ("Accept: text/csv\r\n", "text/csv"),
            ("Accept: text/html;q=0.5, text/csv;q=0.9\r\n", "text/csv"), ("Accept: text/*\r\n", "text/html"),
            ("Accept: TEXT/CSV ; q=1\r\n", "text/csv"), ("Accept: image/png\r\n", "text/html"),
            ("Accept: text/html;q=0, */*;q=0.1\r\n", "text/csv"), ("Accept: nonsense\r\n", "text/html"),
            ("Accept: text/html;q=0.1\r\nAccept: text/csv;q=0.2\r\n", "text/csv"),
            ("Accept: text/csv;q=nan, text/html;q=inf\r\n", "text/html"),
        ])
    func accept(field: String, type: String) throws {
        let request = try request("GET / HTTP/1.1\r\nHost: h\r\n\(field)\r\n")
        #expect(request.preferredType(among: ["text/html", "text/csv"]) == type)
    }

    @Test("a content type is compared without its parameters and case")
    func contentType() throws {
        let sent = try request("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: Text/CSV ; charset=utf-8\r\n\r\n")
        #expect(sent.hasContentType("text/csv") == true)
        #expect(sent.hasContentType("text/html") == false)
        #expect(try request("GET / HTTP/1.1\r\nHost: h\r\n\r\n").hasContentType("text/csv") == nil)
    }
}
