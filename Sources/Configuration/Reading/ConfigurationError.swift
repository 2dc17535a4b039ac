/// One fault in a configuration file.
public struct SettingIssue: Sendable, Hashable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in Unicode scalars.
    public let column: Int
    /// The setting, such as `providers[0].issuer`; empty if the whole file cannot be read.
    public let path: String
    /// The fault and its correction, in one line. It never contains a secret.
    public let message: String

    /// The form `FILE:LINE:COLUMN: path.of.setting: message`.
    public var description: String {
        "\(file):\(line):\(column): " + (path.isEmpty ? message : "\(path): \(message)")
    }
}

/// All faults of a configuration file, at least one, in the order of the file.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let faults: [SettingIssue]
    /// The warnings of the file, in its order.
    public let warnings: [Warning]

    init(_ faults: [SettingIssue], warnings: [Warning] = []) {
        self.faults = faults
        self.warnings = warnings
    }

    /// One line per fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
