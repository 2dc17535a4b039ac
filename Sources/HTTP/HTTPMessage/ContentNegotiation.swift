internal import Text

extension Request {
    /// Returns the offered media type that the client prefers (RFC 9110, section 12.5.1): highest weight, then the
    /// order of `offered`. Without `Accept`, or if no offered type is accepted, returns the first.
    public func preferredType(among offered: [String]) -> String {
        let ranges = fields(.accept).flatMap { $0.split(at: ",") }.compactMap(MediaRange.init)
        guard let first = offered.first, !ranges.isEmpty else { return offered.first ?? "" }
        var best = (type: first, weight: 0)
        for type in offered {
            let fitting = ranges.filter { $0.matches(type) }.max { $0.precision < $1.precision }
            if let fitting, fitting.weight > best.weight { best = (type, fitting.weight) }
        }
        return best.type
    }

    /// Returns true if the content is of this type and in UTF-8, the only encoding read here; other parameters are
    /// ignored. Returns nil if there is no `Content-Type`.
    public func hasContentType(_ type: String) -> Bool? {
        field(.contentType).map { value in
            let parts = value.split(at: ";").map { $0.trimmingBlanks().asciiLowercased() }
            let charsets = parts.dropFirst().compactMap { $0.dropping(exactly: "charset=") }
            return parts[0].isExactly(type)
                && charsets.allSatisfy { ["utf-8", "\"utf-8\"", "us-ascii", "\"us-ascii\""].contains(exactly: $0) }
        }
    }
}

// media-range [ weight ];  weight = OWS ";" OWS "q=" qvalue
private struct MediaRange {
    let type: String
    /// Weight in thousandths.
    let weight: Int

    init?(_ text: Substring) {
        let parts = text.split(at: ";").map { $0.trimmingBlanks().asciiLowercased() }
        guard let type = parts.first, type.holds("/") else { return nil }
        self.type = type
        let quality =
            parts.dropFirst().lazy.compactMap { $0.dropping(exactly: "q=") }.first.map { Double($0) ?? 0 } ?? 1
        weight = quality.isFinite ? Int(max(0, min(1, quality)) * 1000) : 0
    }

    var precision: Int { type.isExactly("*/*") ? 0 : type.ends(exactly: "/*") ? 1 : 2 }

    func matches(_ other: String) -> Bool {
        switch precision {
        case 0: true
        case 1: other.utf8.starts(with: type.utf8.dropLast())
        default: type.isExactly(other)
        }
    }
}
