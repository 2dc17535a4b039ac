import Commands
import Cryptography
import Glibc
import JSON
import Synchronization
import Time

/// One call of the program in this process, and its output.
struct CommandLineCall {
    let code: Int32
    let output: String
    let error: String

    static let now = Timestamp(seconds: 1_800_000_000)

    init(_ arguments: [String], input: [UInt8] = [], chunk: Int = 1 << 16, environment: [String: String] = [:]) {
        let (output, error) = (Sink(), Sink())
        code = Gatehouse.run(
            arguments: arguments, environment: environment, input: Source(input, chunk: chunk), output: output,
            error: error, now: { CommandLineCall.now }, usesNetwork: false)
        self.output = output.text
        self.error = error.text
    }

    var lines: [JSONValue] {
        get throws {
            try output.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
        }
    }
}

final class Sink: ByteSink {
    private let bytes = Mutex<[UInt8]>([])
    private let limit: Int

    /// - Parameter limit: the number of bytes after which the reader is gone.
    init(limit: Int = .max) {
        self.limit = limit
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(_ new: [UInt8]) -> Bool {
        bytes.withLock {
            guard $0.count < limit else { return false }
            $0 += new
            return true
        }
    }
}

final class Source: ByteSource {
    private let rest: Mutex<ArraySlice<UInt8>>
    private let chunk: Int
    /// True if the source repeats its bytes forever.
    private let isEndless: Bool

    init(_ bytes: [UInt8], chunk: Int, isEndless: Bool = false) {
        rest = Mutex(bytes[...])
        self.chunk = chunk
        self.isEndless = isEndless
    }

    func read() -> [UInt8]? {
        rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            if isEndless { return Array(rest) }
            let part = rest.prefix(chunk)
            rest = rest.dropFirst(chunk)
            return Array(part)
        }
    }
}

/// A directory of files, deleted with the value.
final class Workspace {
    let path: String

    init() {
        var template = Array("/tmp/gatehouse-commands-XXXXXX".utf8CString)
        // mkdtemp changes the template in place, within its length.
        _ = unsafe mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func file(_ name: String, _ content: String) -> String {
        let file = "\(path)/\(name)"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = Array(content.utf8)
        // The array outlives the call.
        _ = unsafe write(descriptor, bytes, bytes.count)
        close(descriptor)
        names.append(file)
        return file
    }

    /// Registers files that the tested code creates, for deletion.
    func expect(_ files: String...) {
        names += files.map { "\(path)/\($0)" }
    }

    private var names: [String] = []

    deinit {
        for name in names { unsafe unlink(name) }
        unsafe rmdir(path)
    }
}
