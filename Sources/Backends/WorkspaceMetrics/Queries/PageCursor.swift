internal import Inventory

/// The row after which the next page begins. It stays valid if rows are added or removed in the meantime.
///
/// The text form is hexadecimal and opaque to clients. A cursor grants no rights: it names a position in a list that
/// the caller must be permitted to read.
struct PageCursor: Sendable, Hashable {
    /// The ``WorkspaceQuery/fingerprint`` of the cursor's query.
    let query: UInt64
    /// The last row's count; zero if rows are sorted by name.
    let count: Int
    let name: String
    let id: String

    init(query: UInt64, after row: WorkspaceRow, _ order: RowOrder) {
        self.query = query
        count = order.metric.map { row.counts[$0] } ?? 0
        name = row.name
        id = row.id
    }

    /// Parses eight bytes of query, eight bytes of count, then name and id separated by a NUL. Returns nil if the text
    /// is malformed.
    init?(_ text: String) {
        guard text.utf8.count <= 2 * (16 + InventoryLimits.name + 1 + InventoryLimits.id),
            let bytes = PageCursor.bytes(ofHexadecimal: text), bytes.count > 17
        else { return nil }
        query = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        let unsigned = bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let count = Int(exactly: unsigned) else { return nil }
        self.count = count
        let parts = bytes[16...].split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self),
            let id = String(validating: parts[1], as: UTF8.self), !id.isEmpty
        else { return nil }
        self.name = name
        self.id = id
    }

    var text: String {
        var bytes: [UInt8] = []
        for number in [query, UInt64(count)] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        bytes += Array(name.utf8) + [0] + Array(id.utf8)
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] { digits.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Returns true if a row comes after the cursor in the order.
    func isBefore(_ row: WorkspaceRow, _ order: RowOrder) -> Bool {
        if let metric = order.metric {
            let rowCount = row.counts[metric]
            if rowCount != count { return order.isDescending ? rowCount < count : rowCount > count }
            return precedes((name, id), (row.name, row.id))
        }
        switch compare(name, row.name) {
        case 0: return compare(id, row.id) < 0
        case let difference: return (difference < 0) != order.isDescending
        }
    }

    private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text.utf8 {
            let nibble: UInt8
            switch digit {
            case 0x30...0x39: nibble = digit - 0x30
            case 0x61...0x66: nibble = digit - 0x57
            default: return nil
            }
            if let known = high {
                bytes.append(known << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        return high == nil ? bytes : nil
    }
}
