import HTTPMessage
import Testing

@testable import Upstreams

/// What an upstream's octets are read as.
private struct Reading: Equatable {
    var interim: [Int] = []
    var status: Int?
    var fields: [String] = []
    var content = ""
    var isComplete = false
    var hasExcess = false
    var isUsable = false
    var fault: String?

    init(_ text: String, pieces: [Int]? = nil, toHead: Bool = false, upgrade: Bool = false, ends: Bool = false) {
        var reader = AnswerReader(toHead: toHead, asksForUpgrade: upgrade)
        let octets = Array(text.utf8)
        var content: [UInt8] = []
        var start = 0
        do throws(UpstreamFault) {
            for piece in pieces ?? [octets.count] {
                let end = min(octets.count, start + piece)
                try reader.take(octets.span.extracting(start..<end), into: &content)
                start = end
            }
            if ends { try reader.end(isBroken: false) }
        } catch {
            fault = error.code
        }
        interim = reader.interim.map(\.status.code)
        status = reader.head?.status.code
        reader.head?.fieldLines.each { head, name, value in
            func text(_ range: Range<Int>) -> String { String(decoding: range.map { head[$0] }, as: UTF8.self) }
            fields.append("\(text(name))=\(text(value))")
        }
        self.content = String(decoding: content, as: UTF8.self)
        isComplete = reader.isComplete
        hasExcess = reader.hasExcess
        isUsable = reader.leavesConnectionUsable
    }
}

@Suite("Responses of upstreams")
struct AnswerReaderTests {
    static let good: [(String, String, Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nA: b\r\n\r\nabc", "abc", true),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: v\r\n\r\n", "abc",
            true
        ),
        (
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "", true
        ),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "a", false),
        ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\na", "a", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n", "a", false),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nab", "", false),
        ("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "", false),
        ("HTTP/1.1 304 Not Modified\r\n\r\nabc", "", false),
    ]

    @Test("a response is read the same however its octets are cut", arguments: good)
    func everySplit(_ text: String, _ content: String, _ isUsable: Bool) {
        let whole = Reading(text)
        #expect(whole.isComplete && whole.fault == nil)
        #expect(whole.content == content)
        #expect(whole.isUsable == isUsable)
        for cut in 1..<text.utf8.count { #expect(Reading(text, pieces: [cut, .max - cut]) == whole, "cut at \(cut)") }
        #expect(Reading(text, pieces: Array(repeating: 1, count: text.utf8.count)) == whole)
    }

    static let bad = [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA\u{0}: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\u{0}c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        "HTTP/1.1 99 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/2 200\r\n\r\n",
        "200 OK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 17),
        "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 41 << 10),
        "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n",
        String(
            repeating: "HTTP/1.1 103 Early Hints\r\nA: " + String(repeating: "a", count: 8000) + "\r\n\r\n", count: 9),
    ]

    @Test("an ambiguous or endless response is a fault, however its octets are cut", arguments: bad)
    func refused(_ text: String) {
        #expect(Reading(text).fault == "bad_answer")
        if text.utf8.count < 1000 {
            for cut in 1..<text.utf8.count {
                #expect(Reading(text, pieces: [cut, .max - cut]).fault == "bad_answer", "cut at \(cut)")
            }
        }
    }

    @Test("sixteen interim responses are accepted")
    func interim() {
        let text =
            String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 16)
            + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        #expect(Reading(text).interim.count == 16)
        #expect(Reading(text).status == 200)
    }

    @Test("the end of the connection completes only a response that has no other end")
    func ends() {
        #expect(Reading("HTTP/1.1 200 OK\r\n\r\nabc", ends: true).isComplete)
        #expect(!Reading("HTTP/1.1 200 OK\r\n\r\nabc").isComplete)
        #expect(Reading("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", ends: true).fault == "bad_answer")
        #expect(
            Reading("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", ends: true).fault
                == "bad_answer")
        #expect(Reading("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", ends: true).fault == "bad_answer")
        #expect(Reading("HTTP/1.1 200", ends: true).fault == "bad_answer")
        #expect(Reading("", ends: true).fault == "unreachable")
    }

    @Test("content after the response to HEAD makes the connection unusable")
    func head() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        #expect(Reading(text, toHead: true).isUsable)
        let excess = Reading(text + "abc", toHead: true)
        #expect(excess.isComplete && excess.hasExcess && !excess.isUsable && excess.content.isEmpty)
    }

    @Test("a switch to the protocol that was asked for is accepted, and to no other")
    func upgrade() {
        func switching(_ fields: String) -> Reading {
            Reading("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\nGET / HTTP/1.1\r\n", upgrade: true)
        }
        let good = switching("Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n")
        #expect(good.status == 101 && good.content == "GET / HTTP/1.1\r\n" && !good.isUsable)
        #expect(switching("Upgrade: h2c\r\nConnection: Upgrade\r\n").fault == "bad_answer")
        #expect(switching("Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n").fault == "bad_answer")
        #expect(switching("Upgrade: websocket\r\n").fault == "bad_answer")
        #expect(switching("Connection: Upgrade\r\n").fault == "bad_answer")
    }
}
