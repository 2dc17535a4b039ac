/// One thing that is wrong with a configuration file.
public struct Fault: Sendable, Hashable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int
    /// The setting, such as `providers[0].issuer`; empty where the file as a whole cannot be read.
    public let path: String
    /// What is wrong, and what to write instead; one line, never with a secret in it.
    public let message: String

    /// `FILE:LINE:COLUMN: path.of.setting: what is wrong`.
    public var description: String {
        "\(file):\(line):\(column): " + (path.isEmpty ? message : "\(path): \(message)")
    }
}

/// Every fault of a configuration file, in the file's order; at least one.
public struct ConfigurationFaults: Error, Sendable, CustomStringConvertible {
    public let faults: [Fault]
    /// What should be otherwise beside the faults, in the file's order.
    public let warnings: [Warning]

    init(_ faults: [Fault], warnings: [Warning] = []) {
        self.faults = faults
        self.warnings = warnings
    }

    /// One fault a line.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
