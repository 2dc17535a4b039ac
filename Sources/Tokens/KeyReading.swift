/// A provider's valid keys at one moment.
public struct KeyReading: Sendable {
    /// The valid keys; nil if there are none, such as before the first fetch.
    public let keys: KeySet?
    /// A number that changes with the keys.
    public let version: UInt64

    public init(keys: KeySet?, version: UInt64) {
        self.keys = keys
        self.version = version
    }
}
