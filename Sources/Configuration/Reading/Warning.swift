/// A warning about a valid configuration file: a value that is valid but should be changed.
public struct Warning: Sendable, Hashable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in Unicode scalars.
    public let column: Int
    /// The setting, such as `secret_key.file`; empty if the warning is not about a setting.
    public let path: String
    /// The problem and its correction, in one line. It never contains a secret.
    public let message: String

    /// The form `FILE:LINE:COLUMN: warning: path.of.setting: message`.
    public var description: String {
        "\(file):\(line):\(column): warning: " + (path.isEmpty ? message : "\(path): \(message)")
    }
}
