internal import FoundationEssentials
internal import Glibc

/// A directory that is deleted with the value, with everything in it.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() {
        var template = Array("/tmp/gatehouse-test-XXXXXX".utf8CString)
        // mkdtemp changes the template in place, within its length.
        guard unsafe mkdtemp(&template) != nil else { fatalError("no temporary directory can be made") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a file that only its owner may read, and returns its path.
    @discardableResult
    public func file(_ name: String, _ content: String) -> String {
        let file = "\(path)/\(name)"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = Array(content.utf8)
        // The array outlives the call.
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("\(file) was not written") }
        close(descriptor)
        return file
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
