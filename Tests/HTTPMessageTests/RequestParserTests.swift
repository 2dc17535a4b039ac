import HTTPMessage
import Testing

@Suite("Requests")
struct RequestParserTests {
    @Test("a request is read with its method, target and fields")
    func request() throws {
        let request = try HTTPMessageTests.request(
            "GET /a/b?x=1&y HTTP/1.1\r\nHost: h:80\r\nX-A:  one \t\r\nx-a:two\r\nX-Empty:\r\nX-Obs: é\r\n\r\n")
        #expect(request.method == .get)
        #expect(request.target.path == "/a/b")
        #expect(request.target.query == "x=1&y")
        #expect(request.framing == .none)
        #expect(request.keepsAlive && !request.isVersion10 && !request.expectsContinue)
        let name = try #require(FieldName("X-a"))
        #expect(request.fields(name) == ["one", "two"])
        #expect(request.field(name) == "one")
        #expect(request.count(of: name) == 2)
        #expect(request.field(.host) == "h:80")
        #expect(request.field(try #require(FieldName("X-Empty"))) == "")
        #expect(request.field(try #require(FieldName("X-Obs"))) == "é")
        #expect(request.field(.accept) == nil)
    }

    @Test(
        "methods are case-sensitive",
        arguments: [
            ("GET", .get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch), ("DELETE", .delete),
            ("OPTIONS", .options), ("get", .other), ("GEX", .other), ("PUSH", .other), ("M-SEARCH", .other),
        ] as [(String, HTTPMessage.Method)])
    func methods(token: String, method: HTTPMessage.Method) throws {
        #expect(try HTTPMessageTests.request("\(token) / HTTP/1.1\r\nHost: h\r\n\r\n").method == method)
    }

    @Test(
        "each form of target is read",
        arguments: [
            ("GET /", "/", nil), ("GET /?", "/", ""), ("GET //x", "//x", nil), ("GET /a?b?c", "/a", "b?c"),
            ("OPTIONS *", "*", nil), ("GET http://h/x?y", "/x", "y"), ("GET HTTPS://H/", "/", nil),
            ("GET http://h", "/", nil), ("GET http://h?y=/z", "/", "y=/z"), ("GET https://H", "/", nil),
        ] as [(String, String, String?)])
    func targets(start: String, path: String, query: String?) throws {
        let target = try HTTPMessageTests.request("\(start) HTTP/1.1\r\nHost: h\r\n\r\n").target
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test(
        "the version and Connection decide whether the connection persists",
        arguments: [
            ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: keep-alive\r\n", true),
            ("1.1", "Connection: x, CLOSE ,y\r\n", false), ("1.1", "Connection: closed\r\n", true),
            ("1.1", "Connection: x\r\nConnection: close\r\n", false), ("1.0", "", false),
            ("1.0", "Connection: keep-alive\r\n", false),
        ])
    func keepAlive(version: String, fields: String, keepsAlive: Bool) throws {
        let request = try HTTPMessageTests.request("GET / HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n")
        #expect(request.keepsAlive == keepsAlive)
        #expect(request.isVersion10 == (version == "1.0"))
    }

    @Test("HTTP/1.0 needs no Host, and does not know 100-continue")
    func version10() throws {
        let request = try HTTPMessageTests.request(
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        #expect(!request.expectsContinue)
        #expect(request.framing == .length(1))
        #expect(
            try HTTPMessageTests.request("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n").expectsContinue)
    }

    @Test(
        "messages are read completely for every split of the bytes",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", 0), ("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "", 0),
            ("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /n", "", 6),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "hello", 0),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 005\r\n\r\nhelloX", "hello", 1),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nX", "", 1),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", "", 1),
            (
                "PUT / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n",
                "abc0123456789", 0
            ),
            (
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d\"\r\nx\r\n0\r\nT: 1\r\n\r\nGET",
                "x", 3
            ),
            ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "", 0),
        ] as [(String, String, Int)])
    func whole(text: String, content: String, left: Int) {
        let expected = MessageReading.all(of: Array(text.utf8))
        #expect(expected.count == 1)
        #expect(expected.first?.fault == nil)
        #expect(expected.first?.isComplete == true)
        #expect(expected.first?.content == Array(content.utf8))
        #expect(expected.first?.left == left)
    }

    @Test("messages at the limits are accepted, and one byte more is refused, for every split")
    func limits() {
        func reading(line: Int, fields: Int = 0) -> Set<MessageReading> {
            let target = String(repeating: "a", count: line - "GET / HTTP/1.1".utf8.count)
            let host = "Host: h\r\n"
            let more = fields == 0 ? "" : "X: " + String(repeating: "v", count: fields - host.utf8.count - 5) + "\r\n"
            return MessageReading.all(of: Array("GET /\(target) HTTP/1.1\r\n\(host)\(more)\r\n".utf8))
        }
        let whole: Set<MessageReading> = [MessageReading(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))]
        func refused(_ fault: ProtocolError) -> Set<MessageReading> {
            var result = MessageReading([])
            result.fault = fault
            return [result]
        }
        #expect(reading(line: 8192) == whole)
        #expect(reading(line: 8193) == refused(.requestLineTooLong))
        #expect(reading(line: 100, fields: 32768) == whole)
        #expect(reading(line: 100, fields: 32769) == refused(.fieldsTooLarge))
        #expect(reading(line: 8192, fields: 32768) == whole)
    }
}
