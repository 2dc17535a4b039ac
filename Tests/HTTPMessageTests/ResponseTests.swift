import HTTPMessage
import Testing

@Suite("Responses")
struct ResponseTests {
    private func head(
        _ code: Int, _ framing: ResponseSerializer.Framing, closes: Bool = false, fields: Fields = .init()
    ) -> String {
        var serializer = ResponseSerializer()
        serializer.dateLine = Array("Date: now\r\n".utf8)
        var bytes: [UInt8] = []
        serializer.append(Status(code), fields, framing: framing, closes: closes, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("heads are written with their framing")
    func heads() {
        let fields = Fields([(.contentType, "text/plain")])
        #expect(
            head(200, .length(120), fields: fields)
                == "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain\r\nContent-Length: 120\r\n\r\n")
        #expect(head(404, .length(0)) == "HTTP/1.1 404 Not Found\r\nDate: now\r\nContent-Length: 0\r\n\r\n")
        #expect(head(200, .chunked) == "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(head(200, .untilClose, closes: true) == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n")
        #expect(head(304, .none) == "HTTP/1.1 304 Not Modified\r\nDate: now\r\n\r\n")
    }

    @Test("a field's value cannot end its line")
    func splitting() {
        var fields = Fields()
        fields.append(.location, "/a\r\nSet-Cookie: x\0y")
        #expect(String(decoding: fields.bytes, as: UTF8.self) == "Location: /a  Set-Cookie: x y\r\n")
        fields.append(Fields([(.vary, "Accept")]))
        #expect(fields.value(.vary) == "Accept")
        #expect(fields.value(.location) == "/a  Set-Cookie: x y")
        #expect(fields.value(.date) == nil)
    }

    @Test("field names are tokens and compare without case", arguments: ["", "a b", "a:", "é", "a\r", "(", "\""])
    func names(text: String) {
        #expect(FieldName(text) == nil)
        #expect(FieldName("ETAG") == .entityTag)
        #expect(Set([FieldName("eTag"), .entityTag]).count == 1)
    }

    @Test(
        "numbers are written in decimal, and sizes of chunks in hexadecimal",
        arguments: [0, 7, 9, 10, 99, 100, 1_000_000, Int.max])
    func numbers(number: Int) {
        var bytes: [UInt8] = []
        ResponseSerializer.append(decimal: number, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "\(number)")
        bytes = []
        ResponseSerializer.append(chunk: Array(repeating: 0x61, count: 26), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "1a\r\n\(String(repeating: "a", count: 26))\r\n")
    }

    @Test("statuses outside 100 to 599 are 500, and some have no content")
    func statuses() {
        #expect(Status(99).code == 500)
        #expect(Status(600).code == 500)
        #expect(Status(204).forbidsContent && Status(304).forbidsContent && Status(101).forbidsContent)
        #expect(!Status(200).forbidsContent)
    }
}
