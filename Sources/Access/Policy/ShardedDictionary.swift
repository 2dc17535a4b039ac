/// A dictionary in 256 parts. A changed copy of a large one shares almost all parts with the copies that readers still
/// hold.
struct ShardedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var shards: [[Key: Value]] = Array(repeating: [:], count: 256)

    subscript(key: Key) -> Value? {
        get { shards[index(key)][key] }
        set { shards[index(key)][key] = newValue }
    }

    private func index(_ key: Key) -> Int { key.hashValue & 255 }
}
