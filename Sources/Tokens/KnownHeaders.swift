/// A cache of encoded headers from recently verified tokens. All tokens of one key share a header, and a look-up costs
/// less than parsing. Each instance is confined to one thread.
struct KnownHeaders {
    private struct Entry {
        let encoded: [UInt8]
        let header: TokenHeader
    }

    private static let limit = 8

    private var entries: [Entry] = []
    /// Index of the entry that the next header replaces once the cache is full.
    private var oldest = 0

    func header(encodedAs text: Span<UInt8>) -> TokenHeader? {
        for entry in entries where entry.encoded.span.hasSameBytes(as: text) {
            return entry.header
        }
        return nil
    }

    /// Stores the header of a verified token. Headers of forged tokens must not be stored, since they would evict
    /// others.
    mutating func remember(_ header: TokenHeader, encodedAs text: Span<UInt8>) {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.count)
        for index in text.indices { encoded.append(text[index]) }
        let entry = Entry(encoded: encoded, header: header)
        if entries.count < KnownHeaders.limit {
            entries.append(entry)
        } else {
            entries[oldest] = entry
            oldest = (oldest + 1) % KnownHeaders.limit
        }
    }
}

extension Span<UInt8> {
    fileprivate func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
