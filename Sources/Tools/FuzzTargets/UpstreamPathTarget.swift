internal import HTTPMessage
internal import Policy

/// Request paths to upstreams, and the patterns of access rules. A line break separates the pattern from the path.
///
/// Promises: an accepted path has one reading, whichever way a server decodes, merges or removes segments; its canonical
/// encoding is the same path; and a pattern matches exactly what its text says.
func fuzzUpstreamPath(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let path = try? UpstreamPath(parts[1]) else { return }
    let octets = path.octets
    promise(octets.first == 0x2F, "a path begins with a slash")
    promise(String(validating: octets, as: UTF8.self) != nil, "a path is UTF-8")
    promise(!octets.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x5C || $0 == 0x3B }, "a path has no delimiters")
    promise(Target.percentDecoded(parts[1]).map { Array($0.utf8) } == octets, "a path is decoded once")
    let again = Target.percentDecoded(octets[...]).map { Array($0.utf8) }
    promise(again == nil || again == octets, "a second decoding changes nothing")
    let segments = octets.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
    promise(segments.dropLast().allSatisfy { !$0.isEmpty }, "only the last segment may be empty")
    promise(!segments.contains { $0.elementsEqual([0x2E]) || $0.elementsEqual([0x2E, 0x2E]) }, "no segment is dots")
    promise((try? UpstreamPath(encoded(octets)[...])) == path, "the canonical encoding is the same path")
    check(String(decoding: parts[0], as: UTF8.self), path)
}

/// Compares a pattern with a plain reading of its text.
private func check(_ text: String, _ path: UpstreamPath) {
    promise((try? UpstreamPathPattern("/*"))?.matches(path) == true, "/* matches everything")
    guard let pattern = try? UpstreamPathPattern(text) else { return }
    let (octets, written) = (path.octets, Array(text.utf8))
    let isMatch =
        if written.last != 0x2A {
            octets == written
        } else if written.dropLast().last == 0x2F {
            octets.elementsEqual(written.dropLast(2)) || octets.starts(with: written.dropLast())
        } else {
            octets.starts(with: written.dropLast())
        }
    promise(pattern.matches(path) == isMatch, "a pattern matches what its text says")
}

/// Returns octets with everything but slashes, letters and digits percent-encoded.
private func encoded(_ octets: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return octets.flatMap { octet -> [UInt8] in
        switch octet {
        case 0x2F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: [octet]
        default: [0x25, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
    }
}
