/// Reads lines from a source. Longer lines are cut at a limit, so that an endless line does not use up memory.
struct LineReader {
    private let source: any ByteSource
    private let limit: Int
    private var buffer: ArraySlice<UInt8> = []
    private var isAtEnd = false

    /// - Parameter limit: the maximum length of a line, in bytes; the rest is dropped.
    init(_ source: any ByteSource, limit: Int) {
        self.source = source
        self.limit = limit
    }

    /// Returns the next line without its line break (LF or CR LF), or nil at the end. The last line needs no line
    /// break.
    mutating func next() -> [UInt8]? {
        var line: [UInt8] = []
        var hasAny = false
        while true {
            if buffer.isEmpty {
                guard !isAtEnd, let chunk = source.read() else {
                    isAtEnd = true
                    return hasAny ? LineReader.trimmed(line) : nil
                }
                buffer = chunk[...]
            }
            hasAny = true
            let end = buffer.firstIndex(of: 0x0A)
            let part = buffer[..<(end ?? buffer.endIndex)]
            line += part.prefix(max(0, limit - line.count))
            buffer = buffer[(end.map { $0 + 1 } ?? buffer.endIndex)...]
            if end != nil { return LineReader.trimmed(line) }
        }
    }

    private static func trimmed(_ line: [UInt8]) -> [UInt8] {
        line.last == 0x0D ? line.dropLast() : line
    }
}
