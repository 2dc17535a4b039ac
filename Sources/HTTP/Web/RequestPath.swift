public import HTTPMessage

/// The decoded segments of a request's path: `/a/b%20c` has `a` and `b c`, `/a/` has `a` and an empty one.
public struct RequestPath: Sendable {
    /// The octets of the segments; UTF-8 without NUL.
    public let segments: [ArraySlice<UInt8>]

    /// Returns nil if the path has broken percent-encoding, text that is not UTF-8, NUL, or a segment `.` or `..`.
    public init?(_ target: Target) {
        let octets = target.pathBytes
        let isPlain = octets.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: ".") && $0 != 0 && $0 < 0x80 }
        guard isPlain, octets.first == UInt8(ascii: "/") else {
            guard let decoded = target.segments else { return nil }
            segments = decoded.map { Array($0.utf8)[...] }
            return
        }
        var segments: [ArraySlice<UInt8>] = []
        segments.reserveCapacity(8)
        var start = octets.startIndex + 1
        for index in start..<octets.endIndex where octets[index] == UInt8(ascii: "/") {
            segments.append(octets[start..<index])
            start = index + 1
        }
        segments.append(octets[start...])
        self.segments = segments
    }
}
