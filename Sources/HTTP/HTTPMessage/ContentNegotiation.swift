extension Request {
    /// Which of the given media types the client prefers (RFC 9110, section 12.5.1): highest weight, then the order
    /// of `offered`. Without `Accept`, or where nothing offered is accepted, the first offered.
    public func preferredType(among offered: [String]) -> String {
        let ranges = fields(.accept).flatMap { $0.split(separator: ",") }.compactMap(MediaRange.init)
        guard let first = offered.first, !ranges.isEmpty else { return offered.first ?? "" }
        var best = (type: first, weight: 0)
        for type in offered {
            let fitting = ranges.filter { $0.matches(type) }.max { $0.precision < $1.precision }
            if let fitting, fitting.weight > best.weight { best = (type, fitting.weight) }
        }
        return best.type
    }

    /// Whether the content is of this type and, as everything here is read, in UTF-8; other parameters count for
    /// nothing. `nil` where there is no `Content-Type`.
    public func hasContentType(_ type: String) -> Bool? {
        field(.contentType).map { value in
            let parts = value.split(separator: ";", omittingEmptySubsequences: false)
                .map { $0.trimmingSpaces().lowercased() }
            let charsets = parts.dropFirst().filter { $0.hasPrefix("charset=") }.map { $0.dropFirst(8) }
            return parts[0] == type
                && charsets.allSatisfy { ["utf-8", "\"utf-8\"", "us-ascii", "\"us-ascii\""].contains($0) }
        }
    }
}

// media-range [ weight ];  weight = OWS ";" OWS "q=" qvalue
private struct MediaRange {
    let type: String
    /// Thousandths.
    let weight: Int

    init?(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
        guard let type = parts.first, type.contains("/") else { return nil }
        self.type = type
        let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        weight = quality.isFinite ? Int(max(0, min(1, quality)) * 1000) : 0
    }

    var precision: Int { type == "*/*" ? 0 : type.hasSuffix("/*") ? 1 : 2 }

    func matches(_ other: String) -> Bool {
        type == "*/*" || type == other || type.hasSuffix("/*") && other.hasPrefix(type.dropLast())
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var result = drop { $0 == " " || $0 == "\t" }
        while let last = result.last, last == " " || last == "\t" { result.removeLast() }
        return result
    }
}
