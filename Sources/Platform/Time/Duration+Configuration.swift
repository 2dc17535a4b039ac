extension Duration {
    /// Parses a duration in configuration syntax: a whole number and one of `s`, `m`, `h`, `d` (`90s`, `15m`, `8h`,
    /// `7d`). Returns nil for any other text, or beyond a hundred years.
    public init?(configuration text: some StringProtocol) {
        var digits = Array(text.utf8)
        guard let unit = digits.popLast() else { return nil }
        guard !digits.isEmpty, digits.count <= 10, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        let scale: Int64
        switch unit {
        case UInt8(ascii: "s"): scale = 1
        case UInt8(ascii: "m"): scale = 60
        case UInt8(ascii: "h"): scale = 3600
        case UInt8(ascii: "d"): scale = 86400
        default: return nil
        }
        guard number * scale <= 100 * 366 * 86400 else { return nil }
        self = .seconds(number * scale)
    }

    /// The shortest configuration syntax of the duration, rounded down to whole seconds: `8h`, not `480m`.
    public var configurationText: String {
        let seconds = components.seconds
        for (unit, scale) in [("d", Int64(86400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % scale == 0 {
            return "\(seconds / scale)\(unit)"
        }
        return "\(seconds)s"
    }
}
