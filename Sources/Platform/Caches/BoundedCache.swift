/// A cache bounded in bytes and in number of entries.
///
/// The cache has two halves. If the newer half is full, the older one is dropped: entries in use stay, without
/// bookkeeping per hit. The caller states an entry's size at insertion. Both halves together stay within the bounds; a
/// value larger than one half is not kept.
public struct BoundedCache<Key: Hashable, Value> {
    @usableFromInline struct Entry {
        @usableFromInline let value: Value
        @usableFromInline let bytes: Int

        @usableFromInline init(value: Value, bytes: Int) {
            self.value = value
            self.bytes = bytes
        }
    }

    @usableFromInline let halfBytes: Int
    @usableFromInline let halfEntries: Int
    @usableFromInline var newer: [Key: Entry] = [:]
    @usableFromInline var older: [Key: Entry] = [:]
    @usableFromInline var newerBytes = 0
    @usableFromInline var olderBytes = 0

    /// Bytes that an entry takes in addition to its key and value.
    @usableFromInline static var overhead: Int { 2 * MemoryLayout<(Key, Entry)>.stride }

    /// - Parameters:
    /// - bytes: the most bytes that all entries may take.
    /// - entries: the most entries.
    public init(bytes: Int, entries: Int) {
        halfBytes = max(0, bytes / 2)
        halfEntries = max(1, entries / 2)
    }

    /// Bytes of all entries, by the sizes stated at insertion, with the overhead of each entry.
    public var bytes: Int { newerBytes + olderBytes }
    /// Number of entries.
    public var count: Int { newer.count + older.count }

    /// Returns the value of a key and marks it as recently used.
    @inlinable public mutating func value(for key: Key) -> Value? {
        if let entry = newer[key] { return entry.value }
        guard let entry = older.removeValue(forKey: key) else { return nil }
        olderBytes -= entry.bytes
        keep(entry, for: key)
        return entry.value
    }

    /// Returns the value of a key without marking it as used.
    @inlinable public func peek(_ key: Key) -> Value? { newer[key]?.value ?? older[key]?.value }

    /// Stores a value, replacing an earlier one.
    ///
    /// - Parameter bytes: the size of key and value outside the table.
    @inlinable public mutating func insert(_ value: Value, for key: Key, bytes: Int) {
        remove(key)
        let (size, overflow) = max(0, bytes).addingReportingOverflow(BoundedCache.overhead)
        guard !overflow, size <= halfBytes else { return }
        keep(Entry(value: value, bytes: size), for: key)
    }

    @inlinable public mutating func remove(_ key: Key) {
        if let entry = newer.removeValue(forKey: key) { newerBytes -= entry.bytes }
        if let entry = older.removeValue(forKey: key) { olderBytes -= entry.bytes }
    }

    public mutating func removeAll() {
        (newer, older, newerBytes, olderBytes) = ([:], [:], 0, 0)
    }

    @usableFromInline mutating func keep(_ entry: Entry, for key: Key) {
        if newer.count >= halfEntries || newerBytes + entry.bytes > halfBytes {
            (older, olderBytes) = (newer, newerBytes)
            (newer, newerBytes) = ([:], 0)
        }
        newer[key] = entry
        newerBytes += entry.bytes
    }
}

extension BoundedCache: Sendable where Key: Sendable, Value: Sendable {}
extension BoundedCache.Entry: Sendable where Key: Sendable, Value: Sendable {}
