internal import HTTPMessage
internal import Web

/// Fuzzes response heads of other servers. Every split of the bytes yields an equal head, or an equal fault.
func fuzzResponse(_ bytes: [UInt8]) {
    let whole = Head(bytes, pieces: [bytes.count])
    var cuts = Cuts(of: bytes)
    var lengths: [Int] = []
    while lengths.reduce(0, +) < bytes.count { lengths.append(cuts.nextLength(upTo: 64)) }
    promise(Head(bytes, pieces: lengths) == whole, "the pieces of a response do not change its head")
}

private struct Head: Equatable {
    var status: Status?
    var fields: Fields?
    var framing: ResponseHead.Framing?
    var consumed = 0
    var fault: ProtocolError?

    init(_ bytes: [UInt8], pieces: [Int]) {
        var parser = ResponseParser()
        var position = 0
        do throws(ProtocolError) {
            for piece in pieces {
                position = min(bytes.count, position + piece)
                guard let head = try parser.parse(bytes.span.extracting(0..<position)) else { continue }
                (status, fields, framing) = (head.status, head.fields, head.framing)
                consumed = parser.consumed
                return
            }
        } catch {
            fault = error
        }
    }
}

/// Fuzzes redirect targets. Every accepted target is a path of this site for all readers.
func fuzzLocalTarget(_ bytes: [UInt8]) {
    guard let target = LocalTarget(String(decoding: bytes, as: UTF8.self)) else { return }
    let text = Array(target.text.utf8)
    promise(text.first == UInt8(ascii: "/"), "a local target begins with a slash")
    promise(text.count < 2 || text[1] != UInt8(ascii: "/") && text[1] != UInt8(ascii: "\\"), "and with one only")
    promise(
        text.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }, "and has nothing that browsers drop")
    let path = text.prefix { $0 != UInt8(ascii: "?") }
    guard let decoded = Target.percentDecoded(path) else { return }
    promise(!decoded.contains("//") && !decoded.contains("\\"), "nor does it when its path is decoded")
}
