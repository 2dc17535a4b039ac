/// Values by key, bounded in bytes and in number.
///
/// Two halves: when the newer one is full the older one is forgotten, which keeps what is used and bounds the size without
/// bookkeeping at each hit. What a value takes is told when it is inserted; both halves together hold no more than the
/// bounds, and a value that is larger than a half is not kept.
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

    /// What an entry takes beside its key and value.
    @usableFromInline static var overhead: Int { 2 * MemoryLayout<(Key, Entry)>.stride }

    /// - Parameters:
    ///   - bytes: how many all entries may take.
    ///   - entries: how many there may be.
    public init(bytes: Int, entries: Int) {
        halfBytes = max(0, bytes / 2)
        halfEntries = max(1, entries / 2)
    }

    /// What all entries take, as it was told.
    public var bytes: Int { newerBytes + olderBytes }
    public var count: Int { newer.count + older.count }

    /// The value of a key, which is thereby among those that are used.
    @inlinable public mutating func value(for key: Key) -> Value? {
        if let entry = newer[key] { return entry.value }
        guard let entry = older.removeValue(forKey: key) else { return nil }
        olderBytes -= entry.bytes
        keep(entry, for: key)
        return entry.value
    }

    /// The value of a key, and nothing else.
    @inlinable public func peek(_ key: Key) -> Value? { newer[key]?.value ?? older[key]?.value }

    /// Keeps a value in place of an earlier one.
    ///
    /// - Parameter bytes: what key and value take outside the table.
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
