/// A dictionary in 256 parts. A changed copy of a large one shares almost all parts with the copies that readers still
/// hold.
struct ShardedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var shards: [[Key: Value]] = Array(repeating: [:], count: 256)

    subscript(key: Key) -> Value? {
        get { shards[index(key)][key] }
        set { shards[index(key)][key] = newValue }
    }

    /// Returns true if a pair satisfies a condition. Visits all pairs at worst.
    func contains(where isSought: (Key, Value) -> Bool) -> Bool {
        shards.contains { $0.contains { isSought($0.key, $0.value) } }
    }

    private func index(_ key: Key) -> Int { key.hashValue & 255 }
}
