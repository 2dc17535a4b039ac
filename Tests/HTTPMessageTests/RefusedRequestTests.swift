import HTTPMessage
import Testing

/// A refused message and its fault.
private typealias Refused = (String, ProtocolError)

private func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

private let brokenLines: [Refused] = [
    ("GET / HTTP/1.1\nHost: h\r\n\r\n", .bareLineFeed), ("GET / HTTP/1.1\r\nHost: h\n\r\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLineFeed), ("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .bareLineFeed),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine),
    ("GET / HTTP/1.1\rHost: h\r\n\r\n", .invalidRequestLine),
    ("GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", .invalidRequestLine),
    (" GET / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine),
    ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine),
    ("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", .invalidRequestLine),
    ("GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine), ("GET /\r\n\r\n", .invalidRequestLine),
    ("GET / x HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine),
    ("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidRequestLine), ("GÉT / HTTP/1.1\r\n\r\n", .invalidRequestLine),
    ("G\0T / HTTP/1.1\r\n\r\n", .invalidRequestLine), ("GET /\0 HTTP/1.1\r\n\r\n", .invalidRequestLine),
    ("GET /é HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget), ("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
    ("GET /\\ HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget), ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
    ("GET a HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget), ("GET http:// HTTP/1.1\r\n\r\n", .invalidTarget),
    ("GET http:///x HTTP/1.1\r\n\r\n", .invalidTarget), ("GET ftp://h/ HTTP/1.1\r\n\r\n", .invalidTarget),
    ("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
    ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", .unsupportedVersion), ("GET / HTTP/1.2\r\n\r\n", .unsupportedVersion),
    ("GET / HTTP/0.9\r\n\r\n", .unsupportedVersion), ("GET / http/1.1\r\n\r\n", .invalidRequestLine),
    ("GET / HTTP/11\r\n\r\n", .invalidRequestLine), ("GET / HTTP/1.1x\r\n\r\n", .invalidRequestLine),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
]

private let brokenFields: [Refused] = [
    ("Host : h\r\n", .invalidField), ("Host\t: h\r\n", .invalidField), (" Host: h\r\n", .invalidField),
    ("Host: h\r\nX: a\r\n b\r\n", .invalidField), ("Host: h\r\nX: a\r\n\tb: c\r\n", .invalidField),
    ("Host: h\r\n: a\r\n", .invalidField), ("Host: h\r\nX\r\n", .invalidField),
    ("Host: h\r\nX y: z\r\n", .invalidField),
    ("Host: h\r\nX: a\0b\r\n", .invalidField), ("Host: h\r\nX: a\u{7F}\r\n", .invalidField),
    ("Host: h\r\nX: a\u{1}bcdefgh\r\n", .invalidField), ("Host: h\r\nX: abcdefghij\u{1F}klmnopq\r\n", .invalidField),
    ("Host: h\r\nX: a\rb\r\n", .invalidField), ("Host: h\r\nX: a\r\r\n", .invalidField),
    ("Host: h\r\né: a\r\n", .invalidField), ("Host: h\r\nX\0: a\r\n", .invalidField),
    ("Host: h\r\nX: a\nY: b\r\n", .bareLineFeed),
    ("", .invalidHost), ("X: y\r\n", .invalidHost), ("Host: h\r\nHost: h\r\n", .invalidHost),
    ("Host: h\r\nhOST: g\r\n", .invalidHost), ("Host:\r\n", .invalidHost), ("Host: a b\r\n", .invalidHost),
    ("Host: a,b\r\n", .invalidHost), ("Host: a/b\r\n", .invalidHost), ("Host: u@h\r\n", .invalidHost),
    ("Host: é\r\n", .invalidHost), ("Host: \(many("h", 263))\r\n", .invalidHost),
    ("Host: h\r\nExpect: more\r\n", .unsupportedExpectation),
    ("Host: h\r\n" + many("X: y\r\n", 100), .fieldsTooLarge),
    ("Host: h\r\nX: \(many("y", 33_000))\r\n", .fieldsTooLarge),
    ("Host: h\r\nX: \(many("y", 33_000))\0\r\n", .fieldsTooLarge),
    ("Host: h\r\n" + many("X: \(many("y", 1000))\r\n", 34), .fieldsTooLarge),
]

private let brokenFraming: [Refused] =
    [
        "Content-Length: +1", "Content-Length: -1", "Content-Length: 0x1", "Content-Length: 1 2", "Content-Length: 1,1",
        "Content-Length:", "Content-Length: 1.0", "Content-Length: ١", "Content-Length: 9223372036854775808",
        "Content-Length: 18446744073709551617", "Content-Length: 1\r\nContent-Length: 1",
        "Content-Length: 1\r\nContent-Length: 2",
    ].map { ($0, .invalidContentLength) }
    + [
        "Content-Length: 1\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked,chunked", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding:", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    ].map { ($0, .invalidTransferEncoding) }
    + [
        ("Transfer-Encoding : chunked", .invalidField), ("Transfer-Encoding: \u{B}chunked", .invalidField),
        ("Transfer-Encoding:\r\n chunked", .invalidTransferEncoding),
    ]

private let brokenChunks: [Refused] =
    [
        "\r\n", ";a\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\nx\r\n", "1\nx\r\n", "1\rx\r\n",
        "\(many("0", 15))1\r\n", "\(many("f", 16))\r\n", "1\r\nxy\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r0\r\n",
        "1\r\nx0\r\n\r\n", "1;\r\nx\r\n", "1; \r\nx\r\n", "1;a;\r\nx\r\n", "1;a=\r\nx\r\n", "1;=b\r\nx\r\n",
        "1;a b\r\nx\r\n", "1;a=\"b\r\nx\r\n", "1;a=\"b\"c\r\nx\r\n", "1;a =b\r\nx\r\n", "1;a\nb\r\nx\r\n",
        "1;\0\r\nx\r\n", "1;\(many("a", 1025))\r\nx\r\n",
        many("1;\(many("a", 400))\r\nx\r\n", 3), "1\u{B2}\r\n",
    ].map { ($0, .invalidChunk) }
    + [
        ("0\r\n\n", .bareLineFeed), ("0\r\nT: 1\n\r\n", .bareLineFeed), ("0\r\nT : 1\r\n\r\n", .invalidField),
        ("0\r\n T: 1\r\n\r\n", .invalidField), ("0\r\nT: \0\r\n\r\n", .invalidField),
        ("0\r\nGET / HTTP/1.1\r\n\r\n", .invalidField), ("0\r\n" + many("T: 1\r\n", 101) + "\r\n", .fieldsTooLarge),
        ("0\r\nT: \(many("t", 8192))\r\n\r\n", .fieldsTooLarge),
    ]

@Suite("Refused requests, whole, split at every byte, and byte by byte")
struct RefusedRequestTests {
    private func expect(_ text: String, _ fault: ProtocolError) {
        let results = MessageReading.all(of: Array(text.utf8))
        #expect(Set(results.map(\.fault)) == [fault])
    }

    @Test("a malformed request line is refused", arguments: brokenLines)
    func line(text: String, fault: ProtocolError) { expect(text, fault) }

    @Test("a malformed field is refused", arguments: brokenFields)
    func field(text: String, fault: ProtocolError) { expect("GET / HTTP/1.1\r\n\(text)\r\n", fault) }

    @Test("ambiguous framing is refused", arguments: brokenFraming)
    func framing(text: String, fault: ProtocolError) { expect("POST / HTTP/1.1\r\nHost: h\r\n\(text)\r\n\r\nx", fault) }

    @Test("malformed chunks and trailers are refused", arguments: brokenChunks)
    func chunks(text: String, fault: ProtocolError) {
        expect("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(text)", fault)
    }

    @Test("a target's host must equal the Host field, and HTTP/1.0 has no chunks")
    func others() {
        expect("GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n", .invalidHost)
        expect("GET http://h/ HTTP/1.0\r\n\r\n", .invalidHost)
        expect("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .invalidTransferEncoding)
        expect("GET /\(many("a", 9000))", .requestLineTooLong)
        expect("GET /\(many("a", 9000))\n", .requestLineTooLong)
    }

    @Test("every control character is refused at every place of a value")
    func controls() {
        for code in Array(UInt8(0)..<0x20) + [0x7F] where code != 0x09 && code != 0x0A {
            for place in 0..<17 {
                var value = Array(repeating: UInt8(ascii: "v"), count: 17)
                value[place] = code
                let reading = MessageReading(
                    Array("GET / HTTP/1.1\r\nHost: h\r\nX: v".utf8) + value + Array("\r\n\r\n".utf8))
                #expect(reading.fault == .invalidField, "\(code) at \(place)")
            }
        }
    }

    @Test("an incomplete head or body is neither refused nor complete")
    func incomplete() {
        for text in [
            "", "\r\n", "G", "GET / HTTP/1.1\r\nHost: h\r\n\r",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        ] {
            let reading = MessageReading(Array(text.utf8))
            #expect(reading.fault == nil && !reading.isComplete)
        }
    }

    @Test(
        "each error has its status",
        arguments: [
            (.bareLineFeed, 400), (.invalidContentLength, 400), (.unsupportedVersion, 505),
            (.unsupportedExpectation, 417), (.requestLineTooLong, 414), (.fieldsTooLarge, 431), (.bodyTooLarge, 413),
            (.headTooSlow, 408), (.bodyTooSlow, 408),
        ] as [(ProtocolError, Int)])
    func statuses(fault: ProtocolError, code: Int) { #expect(fault.status.code == code) }
}
