/// One thing in a configuration file that works and should be otherwise. The file counts all the same.
public struct Warning: Sendable, Hashable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int
    /// The setting, such as `secret_key.file`.
    public let path: String
    /// What should be otherwise, and what to do; one line, never with a secret in it.
    public let message: String

    /// `FILE:LINE:COLUMN: warning: path.of.setting: what should be otherwise`.
    public var description: String { "\(file):\(line):\(column): warning: \(path): \(message)" }
}
