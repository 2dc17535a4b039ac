import Testing
import Text

@Suite("Borrowed bytes")
struct BytesTests {
    // A test's expectation cannot hold a span, so these functions borrow the bytes.
    private func index(of byte: UInt8, in bytes: [UInt8], from start: Int = 0) -> Int? {
        bytes.span.firstIndex(of: byte, from: start)
    }

    private func holds(_ bytes: [UInt8], _ literal: StaticString, _ range: Range<Int>) -> Bool {
        bytes.span.holds(literal, in: range)
    }

    private func holds(_ bytes: [UInt8], lowercased literal: StaticString, _ range: Range<Int>) -> Bool {
        bytes.span.holds(lowercased: literal, in: range)
    }

    private func holdsNoControls(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        bytes.span.holdsNoControls(in: range)
    }

    @Test(
        "a byte is found at or after a start",
        arguments: [(0, 1), (1, 1), (2, 4), (4, 4), (5, nil), (6, nil), (100, nil)] as [(Int, Int?)])
    func search(_ start: Int, _ index: Int?) {
        let bytes = Array("a.bc.d".utf8)
        #expect(self.index(of: UInt8(ascii: "."), in: bytes, from: start) == index)
    }

    @Test("a byte is found at every place, whatever bytes are around it")
    func everyPlace() {
        for count in 0..<40 {
            let bytes = [UInt8](repeating: 0xFF, count: count)
            #expect(index(of: 0, in: bytes) == nil)
            for index in 0..<count {
                var bytes = bytes
                bytes[index] = 0
                #expect(self.index(of: 0, in: bytes) == index)
            }
        }
    }

    @Test("a range is compared with a literal by its bytes, with or without regard to case")
    func literals() {
        let bytes = Array("xHoSt:".utf8)
        #expect(holds(bytes, "HoSt", 1..<5) && !holds(bytes, "host", 1..<5))
        #expect(holds(bytes, lowercased: "host", 1..<5))
        #expect(!holds(bytes, lowercased: "host", 0..<4) && !holds(bytes, lowercased: "host", 1..<6))
        // 0x0D and `-` differ by the bit that distinguishes upper from lower case.
        #expect(!holds([0x0D], lowercased: "-", 0..<1))
    }

    @Test("a control character is found at every place of every length, and other bytes are accepted")
    func controls() {
        for byte in UInt8.min...UInt8.max {
            let isControl = byte < 0x20 && byte != 0x09 || byte == 0x7F
            #expect(ASCII.isControl(byte) == isControl)
            for count in [1, 7, 8, 9, 17] {
                for index in 0..<count {
                    var bytes = [UInt8](repeating: 0x41, count: count)
                    bytes[index] = byte
                    #expect(holdsNoControls(bytes, 0..<count) == !isControl)
                }
            }
        }
        let bytes: [UInt8] = [0, 0x41, 0]
        #expect(holdsNoControls(bytes, 1..<2))
    }

    @Test("borrowed bytes are copied")
    func copies() {
        let bytes = Array("abc".utf8)
        var all = [UInt8](copying: bytes.span.extracting(1..<3))
        all.append(copying: bytes.span)
        all.append(copying: bytes.span.extracting(0..<0))
        #expect(all == Array("bcabc".utf8))
    }
}
