internal import Inventory

/// The row after which the next page begins. It stays valid if rows are added or removed in the meantime.
///
/// The text form is hexadecimal and opaque to clients. A cursor grants no rights: it names a position in a list that
/// the caller must be permitted to read.
struct PageCursor: Sendable, Hashable, RowPlace {
    /// The ``WorkspaceQuery/fingerprint`` of the cursor's query.
    let query: UInt64
    /// The number by which the last row is sorted; nil if it has none, and if rows are sorted by name.
    let key: Int?
    let name: String
    let id: String

    init(query: UInt64, after row: WorkspaceRow, _ order: RowOrder) {
        self.query = query
        key = row.key(for: order.sort)
        name = row.name
        id = row.id
    }

    /// Parses eight bytes of query, one byte that is 1 if there is a key, and eight bytes of key. Name and id follow,
    /// separated by a NUL. Returns nil if the text is malformed.
    init?(_ text: String) {
        guard text.utf8.count <= 2 * (17 + InventoryLimits.name + 1 + InventoryLimits.id),
            let bytes = PageCursor.bytes(ofHexadecimal: text), bytes.count > 18, bytes[8] < 2
        else { return nil }
        query = PageCursor.number(bytes[0..<8])
        key = bytes[8] == 1 ? Int(truncatingIfNeeded: PageCursor.number(bytes[9..<17])) : nil
        let parts = bytes[17...].split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self),
            let id = String(validating: parts[1], as: UTF8.self), !id.isEmpty
        else { return nil }
        self.name = name
        self.id = id
    }

    func key(for sort: WorkspaceSort) -> Int? { key }

    var text: String {
        var bytes = PageCursor.bytes(of: query)
        bytes.append(key == nil ? 0 : 1)
        bytes += PageCursor.bytes(of: UInt64(truncatingIfNeeded: key ?? 0))
        bytes += Array(name.utf8) + [0] + Array(id.utf8)
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] { digits.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(of number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
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
