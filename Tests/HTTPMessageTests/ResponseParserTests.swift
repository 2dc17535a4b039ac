import HTTPMessage
import Testing

@Suite("Response heads")
struct ResponseParserTests {
    private func parse(_ text: String) throws(ProtocolError) -> ResponseHead? {
        var parser = ResponseParser()
        return try parser.parse(Array(text.utf8).span)
    }

    @Test(
        "a folded field is one line, for every split of the bytes",
        arguments: [
            ("X-A: one\r\n  two\r\n\tthree\r\n", "one two three"), ("X-A: one \r\n \r\n two\r\n", "one    two"),
            ("X-A:\r\n one\r\n", "one"),
        ])
    func folded(_ lines: String, _ value: String) throws {
        let text = "HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n"
        let name = try #require(FieldName("x-a"))
        let shown = try #require(try parse(text)?.fields.value(name))
        #expect(shown.split(separator: " ") == value.split(separator: " "))
        // Parsing byte by byte gives an equal result.
        var parser = ResponseParser()
        let bytes = Array(text.utf8)
        for count in 1..<bytes.count {
            let head = try parser.parse(bytes.span.extracting(0..<count))
            #expect(head == nil)
        }
        #expect(try parser.parse(bytes.span)?.fields.value(name) == shown)
    }

    @Test("a folded Content-Length is read as one line, and a fold before the first field is refused")
    func framing() throws {
        #expect(try parse("HTTP/1.1 200 OK\r\nContent-Length:\r\n 7\r\n\r\n")?.framing == .length(7))
        #expect(throws: ProtocolError.self) { try parse("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n 8\r\n\r\n") }
        #expect(throws: ProtocolError.self) { try parse("HTTP/1.1 200 OK\r\n X: y\r\n\r\n") }
        #expect(throws: ProtocolError.self) { try parse("HTTP/1.1 200 OK\r\nX: y\r\n \u{1}\r\n\r\n") }
        #expect(throws: ProtocolError.self) { try parse("HTTP/1.1 103 H\r\nX: y\r\n\r\n z\r\n\r\n") }
    }

    @Test("all values of a field are found")
    func values() {
        let fields = Fields([(.vary, "a"), (.date, "x"), (.vary, "b")])
        #expect(fields.values(.vary) == ["a", "b"] && fields.values(.host).isEmpty)
    }

    @Test("the limit of a target in a request line is exact to the octet")
    func requestLine() throws {
        for (count, fits) in [(8179, true), (8180, false)] {
            let target = "/" + String(repeating: "a", count: count - 1)
            #expect(RequestParser.fitsRequestLine(.get, target) == fits)
            var parser = RequestParser()
            let bytes = Array("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            let isRead = (try? parser.parse(bytes.span)) != nil
            #expect(isRead == fits)
        }
    }
}
