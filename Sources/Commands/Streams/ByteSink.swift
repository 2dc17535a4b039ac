/// The destination of a command's output.
public protocol ByteSink: Sendable {
    /// Writes all bytes.
    ///
    /// - Returns: false if the reader is gone, so that further output is useless.
    @discardableResult func write(_ bytes: [UInt8]) -> Bool
}

/// The source of a command's input.
public protocol ByteSource: Sendable {
    /// Returns the next bytes, at least one, or nil at the end.
    func read() -> [UInt8]?
}
