public import Files
internal import Text

/// The source of a document, read piece by piece, such as a request's body.
public protocol InventorySource {
    /// Returns the next bytes, cut at any place, or nil at the end.
    mutating func next() async throws -> [UInt8]?
}

/// Blocking variant of ``InventorySource``, for command-line use.
public protocol BlockingInventorySource: Sendable {
    /// Returns the next bytes, cut at any place, or nil at the end. Blocks until there are some.
    mutating func next() throws -> [UInt8]?
}

/// A document in memory.
public struct InventoryBytes: InventorySource, BlockingInventorySource, Sendable {
    private var bytes: [UInt8]?

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public mutating func next() -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}

/// A document in a file, or on standard input.
public struct InventoryFile: BlockingInventorySource {
    private let path: String
    private let descriptor: Descriptor

    /// - Parameter path: `-` for standard input.
    public init(path: String) throws(FileError) {
        self.path = path
        do throws(SystemError) {
            descriptor = try path.isExactly("-") ? .standardInput : .reading(path)
        } catch {
            throw InventoryFile.failure(path, error)
        }
    }

    public mutating func next() throws -> [UInt8]? {
        do throws(SystemError) {
            let bytes = try descriptor.read(atMost: 1 << 18)
            return bytes.isEmpty ? nil : bytes
        } catch {
            throw InventoryFile.failure(path, error)
        }
    }

    private static func failure(_ path: String, _ error: SystemError) -> FileError {
        FileError("\(path): \(error.message)")
    }
}
