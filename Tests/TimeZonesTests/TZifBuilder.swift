/// Makes files in the TZif format (RFC 9636, section 3).
struct TZifBuilder {
    var version: UInt8 = 0x32
    /// The local time types: seconds ahead of UTC, and the index of the abbreviation in `characters`.
    var types: [(seconds: Int32, name: UInt8)]
    var characters: [UInt8]
    var transitions: [(at: Int64, type: UInt8)] = []
    var leaps = 0
    var footer: String

    /// The file, with an empty first block.
    var bytes: [UInt8] {
        var bytes = header(times: 0, types: 1, characters: 1, leaps: 0) + [0, 0, 0, 0, 0, 0, 0]
        bytes += header(times: transitions.count, types: types.count, characters: characters.count, leaps: leaps)
        for transition in transitions { bytes += TZifBuilder.bigEndian(transition.at) }
        bytes += transitions.map(\.type)
        for type in types { bytes += TZifBuilder.bigEndian(type.seconds) + [0, type.name] }
        bytes += characters + [UInt8](repeating: 0, count: leaps * 12)
        return bytes + [0x0A] + Array(footer.utf8) + [0x0A]
    }

    private func header(times: Int, types: Int, characters: Int, leaps: Int) -> [UInt8] {
        let counts = [0, 0, leaps, times, types, characters]
        return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            + counts.flatMap { TZifBuilder.bigEndian(UInt32($0)) }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
