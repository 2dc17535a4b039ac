import HTTPMessage
import Testing
import Web

@Suite("Cookies")
struct CookieTests {
    private func values(_ name: String, isSecure: Bool = true, _ fields: String...) throws -> [String] {
        var parser = RequestParser()
        let head = "GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { "Cookie: \($0)\r\n" }.joined() + "\r\n"
        let request = try #require(try parser.parse(Array(head.utf8).span))
        return Cookie(name, isSecure: isSecure).values(in: request)
    }

    @Test(
        "a cookie that a sibling host may set never contains one of this site",
        arguments: [
            // Swift's characters treat U+037E as a semicolon, and U+1FEF as a grave accent.
            "x=1\u{37E}__Host-gatehouse=evil", "x=1;\u{37E}__Host-gatehouse=evil", "x=1;\u{37E} __Host-gatehouse=evil",
            "x=1\u{FF1B}__Host-gatehouse=evil", "x=__Host-gatehouse=evil", "x=\"a,__Host-gatehouse=evil\"",
            "__host-gatehouse=evil", "__Host-gatehouse\u{301}=evil", "__Host-gatehouse =evil", "__Host-gatehouse",
            "=__Host-gatehouse=evil", "\u{A0}__Host-gatehouse=evil", "__Host-gatehouse-browser=evil",
        ])
    func foreign(_ field: String) throws {
        #expect(try values("gatehouse", field).isEmpty)
        #expect(try values("gatehouse", "\(field); __Host-gatehouse=own") == ["own"])
        #expect(try values("gatehouse", "__Host-gatehouse=own;\(field)") == ["own"])
        #expect(try values("gatehouse", field, "__Host-gatehouse=own") == ["own"])
    }

    @Test("a combining mark after a separator does not hide the separator")
    func marks() throws {
        #expect(try values("gatehouse", "x=1;\u{301}y=2;__Host-gatehouse=own;\u{301}z=3") == ["own"])
        #expect(
            try values("gatehouse", "__Host-gatehouse=\u{301}own").map { Array($0.utf8) } == [Array("\u{301}own".utf8)])
    }

    @Test("two values of a __Host- cookie are both ignored; one value sent twice counts once")
    func duplicates() throws {
        #expect(try values("gatehouse", "__Host-gatehouse=a; __Host-gatehouse=b").isEmpty)
        #expect(try values("gatehouse", "__Host-gatehouse=a", "__Host-gatehouse=b").isEmpty)
        #expect(try values("gatehouse", "__Host-gatehouse=a; __Host-gatehouse=").isEmpty)
        #expect(try values("gatehouse", "__Host-gatehouse=a; x=1; __Host-gatehouse=a") == ["a"])
    }

    @Test("without the prefix, up to eight distinct values count")
    func several() throws {
        #expect(try values("gatehouse", isSecure: false, "gatehouse=a; gatehouse=b; gatehouse=a") == ["a", "b"])
        let many = (0..<20).map { "gatehouse=\($0)" }.joined(separator: ";")
        #expect(try values("gatehouse", isSecure: false, many).count == 8)
    }
}
