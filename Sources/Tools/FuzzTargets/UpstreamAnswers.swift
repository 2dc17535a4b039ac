internal import HTTPMessage
internal import Upstreams

/// Fuzzes responses of upstreams. The first octet says what the request was.
///
/// Every split of the bytes yields the same content or the same fault. Content never follows a response that has none,
/// and a response that the end of the connection cuts off is never complete.
func fuzzUpstreamAnswer(_ bytes: [UInt8]) {
    guard let kind = bytes.first else { return }
    let (isToHead, asksForUpgrade) = (kind & 1 != 0, kind & 2 != 0)
    let octets = Array(bytes.dropFirst())
    let whole = Reading([octets], isToHead, asksForUpgrade)
    promise(Reading(Cuts.pieces(of: octets), isToHead, asksForUpgrade) == whole, "pieces do not change a response")
    if octets.count <= 128 {
        for cut in 1..<max(1, octets.count) {
            let halves = [Array(octets[..<cut]), Array(octets[cut...])]
            promise(Reading(halves, isToHead, asksForUpgrade) == whole, "a response may be cut anywhere")
        }
    }
    promise(!isToHead || whole.content.isEmpty, "a response to HEAD has no content")
    promise(whole.interim <= AnswerReader.mostInterim, "interim responses are few")
    promise(!whole.isUsable || whole.isComplete && !whole.hasExcess, "an unfinished response leaves no connection")
    promise(asksForUpgrade || !whole.isUpgraded, "protocols are switched only on request")
}

private struct Reading: Equatable {
    var content: [UInt8] = []
    var status: Int?
    var interim = 0
    var isComplete = false
    var hasExcess = false
    var isUsable = false
    var isUpgraded = false
    var isFault = false

    init(_ pieces: [[UInt8]], _ isToHead: Bool, _ asksForUpgrade: Bool) {
        var reader = AnswerReader(toHead: isToHead, asksForUpgrade: asksForUpgrade)
        do throws(UpstreamFault) {
            for piece in pieces { try reader.take(piece.span, into: &content) }
        } catch {
            // Content that was read before the fault was passed on already; how much that is depends on the pieces.
            content = []
            isFault = true
        }
        status = reader.head?.status.code
        interim = reader.interim.count
        isComplete = reader.isComplete
        hasExcess = reader.hasExcess
        isUsable = reader.leavesConnectionUsable
        isUpgraded = reader.isUpgraded
    }
}
