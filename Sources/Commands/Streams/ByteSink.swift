/// Where a command writes.
public protocol ByteSink: Sendable {
    /// Writes all of it.
    /// - Returns: whether there is still somebody who reads; where not, it is no use to go on.
    @discardableResult func write(_ bytes: [UInt8]) -> Bool
}

/// Where a command reads.
public protocol ByteSource: Sendable {
    /// The next bytes, at least one; `nil` at the end.
    func read() -> [UInt8]?
}
