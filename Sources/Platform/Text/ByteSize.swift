/// A number of bytes in the form of the configuration: a whole number and one of `B`, `KiB`, `MiB`, `GiB`, `TiB`.
public struct ByteSize: Sendable, Hashable, CustomStringConvertible {
    public let bytes: Int

    private static let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

    public init(_ bytes: Int) {
        self.bytes = bytes
    }

    public init?(_ text: String) {
        guard let (unit, scale) = ByteSize.units.first(where: { text.ends(exactly: $0.0) }) else { return nil }
        let digits = text.utf8.dropLast(unit.utf8.count)
        guard (1...12).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        bytes = product
    }

    public var description: String {
        for (unit, scale) in ByteSize.units where bytes >= scale && bytes % scale == 0 {
            return "\(bytes / scale)\(unit)"
        }
        return "\(bytes)B"
    }
}
