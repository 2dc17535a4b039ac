internal import JSON
internal import Text

/// Log lines in either format, in one buffer.
///
/// The buffer is changed in place: passing it on and taking it back would copy it for each line.
struct LogLines {
    private let format: LogFormat
    private(set) var bytes: [UInt8] = []

    init(_ format: LogFormat) {
        self.format = format
    }

    /// Begins a line with the fields that all lines have. The text format writes the time of day, the level and the
    /// message without their names.
    ///
    /// - Parameter timeText: a time in RFC 3339 format.
    mutating func begin(_ timeText: [UInt8], _ level: LogLevel, _ message: String) {
        switch format {
        case .json:
            bytes.append(contentsOf: "{\"time\":\"".utf8)
            bytes.append(contentsOf: timeText)
            bytes.append(UInt8(ascii: "\""))
            string("level", level.rawValue)
            string("message", message)
        case .text:
            bytes.append(contentsOf: timeText.drop { $0 != UInt8(ascii: "T") }.dropFirst())
            bytes.append(contentsOf: level.column.utf8)
            bytes.append(contentsOf: message.escapedForTerminal().utf8)
        }
    }

    mutating func end() {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(0x0A)
    }

    /// Removes the lines and keeps the capacity.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func string(_ name: String, _ value: String) {
        self.name(name)
        // Characters that a terminal acts on are escaped in both formats, since users read both.
        let isASCII = value.allOctets { $0 < 0x7F }
        let needsQuotes =
            format == .json || value.isEmpty || !value.allOctets { $0 > 0x20 && $0 != 0x22 }
            || !isASCII && !value.unicodeScalars.allSatisfy(\.isShownByTerminals)
        if !needsQuotes {
            bytes.append(contentsOf: value.utf8)
        } else if isASCII {
            JSONWriter.append(quoted: value, to: &bytes)
        } else {
            var quoted: [UInt8] = []
            JSONWriter.append(quoted: value, to: &quoted)
            bytes.append(contentsOf: JSONWriter.escapedForTerminal(quoted))
        }
    }

    mutating func number(_ name: String, _ value: Int) {
        self.name(name)
        LogLines.append(value, to: &bytes)
    }

    /// Writes milliseconds with three decimal places.
    mutating func milliseconds(_ name: String, nanoseconds: UInt64) {
        self.name(name)
        let micro = Int(nanoseconds / 1000)
        LogLines.append(micro / 1000, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        let fraction = micro % 1000
        bytes.append(UInt8(48 + fraction / 100))
        bytes.append(UInt8(48 + fraction / 10 % 10))
        bytes.append(UInt8(48 + fraction % 10))
    }

    private mutating func name(_ name: String) {
        if format == .json {
            bytes.append(UInt8(ascii: ","))
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(UInt8(ascii: ":"))
        } else {
            bytes.append(0x20)
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &bytes) }
        bytes.append(UInt8(48 + max(0, number) % 10))
    }
}

extension LogLevel {
    /// The level between time and message, padded to one width.
    fileprivate var column: String {
        switch self {
        case .info: " INFO    "
        case .warning: " WARNING "
        case .error: " ERROR   "
        }
    }
}
