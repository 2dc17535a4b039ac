import Commands
import Cryptography
import GatehouseTesting
import JSON
import Synchronization
import Time

/// One call of the program in this process, and its output.
struct CommandLineCall {
    let code: Int32
    let output: String
    let error: String

    static let now = TokenMint.now

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
