internal import Text

/// The reason why a file cannot be read, in a few words, such as `no such file or directory`.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    init(_ error: SystemError) {
        description = error.message.asciiLowercased()
    }
}
