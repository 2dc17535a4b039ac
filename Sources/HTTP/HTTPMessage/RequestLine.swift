internal import Text

/// `request-line = method SP request-target SP HTTP-version` (RFC 9112, section 3), as ranges of the buffer.
struct RequestLine: Sendable {
    var method = Method.other
    var methodLength = 0
    /// Range of the authority, for targets in absolute form.
    var authority: Range<Int>?
    var path = 0..<0
    var query: Range<Int>?
    var isVersion10 = false

    init() {}

    init(_ buffer: Span<UInt8>, _ line: Range<Int>) throws(ProtocolError) {
        var index = line.lowerBound
        while index < line.upperBound, Octet.isToken(buffer[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, buffer[index] == 0x20 else { throw .invalidRequestLine }
        method = Method(token: buffer.extracting(line.lowerBound..<index))
        methodLength = index - line.lowerBound

        let target = index + 1
        index = target
        while index < line.upperBound, Octet.isTarget(buffer[index]) { index += 1 }
        guard index > target, index < line.upperBound else { throw .invalidRequestLine }
        guard buffer[index] == 0x20 else { throw buffer[index] > 0x20 ? .invalidTarget : .invalidRequestLine }
        try parseVersion(buffer, index + 1..<line.upperBound)
        try parseTarget(buffer, target..<index)
    }

    // HTTP-version = "HTTP/" DIGIT "." DIGIT
    private mutating func parseVersion(_ buffer: Span<UInt8>, _ range: Range<Int>) throws(ProtocolError) {
        let start = range.lowerBound
        guard range.count == 8, buffer.holds("HTTP/", in: start..<start + 5) else { throw .invalidRequestLine }
        guard (0x30...0x39).contains(buffer[start + 5]), buffer[start + 6] == 0x2E,
            (0x30...0x39).contains(buffer[start + 7])
        else { throw .invalidRequestLine }
        guard buffer[start + 5] == 0x31, buffer[start + 7] <= 0x31 else { throw .unsupportedVersion }
        isVersion10 = buffer[start + 7] == 0x30
    }

    // origin-form = absolute-path [ "?" query ];  absolute-form = absolute-URI;  asterisk-form = "*"
    private mutating func parseTarget(_ buffer: Span<UInt8>, _ range: Range<Int>) throws(ProtocolError) {
        var start = range.lowerBound
        var slash = start
        if buffer[start] == UInt8(ascii: "*") {
            guard range.count == 1, method == .options else { throw .invalidTarget }
            path = range
            return
        }
        if buffer[start] != UInt8(ascii: "/") {
            start = try parseAuthority(buffer, range)
            slash = (authority?.lowerBound ?? start) - 1
        }
        var index = start
        while index < range.upperBound, buffer[index] != UInt8(ascii: "?") { index += 1 }
        // An absolute URI may have an empty path, which means "/" (RFC 9110, section 4.2.3): a slash of "//" represents
        // it.
        path = start == index ? slash..<slash + 1 : start..<index
        if index < range.upperBound { query = index + 1..<range.upperBound }
    }

    /// Skips `http://authority` or `https://authority`; returns the index of the path, the query or the end.
    private mutating func parseAuthority(_ buffer: Span<UInt8>, _ range: Range<Int>) throws(ProtocolError) -> Int {
        var index = range.lowerBound
        for scheme in ["http://", "https://"] as [StaticString] {
            let end = range.lowerBound + scheme.utf8CodeUnitCount
            guard end < range.upperBound, buffer.holds(lowercased: scheme, in: range.lowerBound..<end) else { continue }
            index = end
        }
        guard index > range.lowerBound else { throw .invalidTarget }
        let start = index
        while index < range.upperBound, buffer[index] != UInt8(ascii: "/"), buffer[index] != UInt8(ascii: "?") {
            index += 1
        }
        guard index > start else { throw .invalidTarget }
        authority = start..<index
        return index
    }
}
