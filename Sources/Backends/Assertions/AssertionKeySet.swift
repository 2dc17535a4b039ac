internal import Cryptography
internal import JSON
public import Time

/// The keys of assertions at one state of the store.
///
/// The times at which the keys were made decide everything else, so all processes agree. A key begins to sign a day
/// after it was made; the first one begins at once. It signs until the next one begins, and stays published for a day
/// after that.
public struct AssertionKeySet: Sendable {
    /// The age of the last key at which the next one is made.
    static let interval: Duration = .seconds(30 * 86400)
    /// How long a key is published before it signs, and after it has stopped.
    static let notice: Duration = .seconds(86400)

    /// Oldest first.
    let keys: [AssertionKey]

    init(_ keys: [AssertionKey]) {
        self.keys = keys.sorted { ($0.madeAt, $0.id) < ($1.madeAt, $1.id) }
    }

    /// The key that signs; nil if there is none whose private half can be opened.
    func signing(at moment: Timestamp) -> AssertionKey? {
        let usable = keys.filter { $0.key != nil }
        return usable.last { begins($0) <= moment } ?? usable.first
    }

    /// True if a key must be made: none of those that can sign is young.
    func needsKey(at moment: Timestamp) -> Bool {
        // A key dated in the future says nothing: the clock was wrong when it was made, or is now.
        !keys.contains { key in
            key.canSign && key.madeAt <= moment && moment < key.madeAt + AssertionKeySet.interval
        }
    }

    /// The keys that verifiers may need.
    func published(at moment: Timestamp) -> [AssertionKey] {
        let signing = signing(at: moment)
        return keys.filter { key in
            guard key.id != signing?.id, let end = end(of: key) else { return true }
            return moment < end + AssertionKeySet.notice
        }
    }

    /// The published keys as a JWK set (RFC 7517, section 5).
    public func document(at moment: Timestamp) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.name("keys")
        writer.beginArray()
        for key in published(at: moment) { key.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// True if there is no key.
    public var isEmpty: Bool { keys.isEmpty }

    private func begins(_ key: AssertionKey) -> Timestamp {
        key.id == keys.first?.id ? key.madeAt : key.madeAt + AssertionKeySet.notice
    }

    /// The time at which the next key begins to sign; nil for the last key.
    private func end(of key: AssertionKey) -> Timestamp? {
        keys.first { $0.madeAt > key.madeAt && $0.key != nil }.map { begins($0) }
    }
}
