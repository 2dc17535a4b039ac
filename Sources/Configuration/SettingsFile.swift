internal import Files
internal import JSON
public import SettingDeclarations
internal import Text

/// Reads a configuration file (`gatehouse.jsonc`).
public enum SettingsFile {
    /// The maximum size of a configuration file. Larger files are not written by hand.
    public static let maximumBytes = 16 << 20

    /// Reads and checks a file and everything that it refers to: secrets, and files of keys and certificates. Neither
    /// network nor storage is used.
    ///
    /// - Parameters:
    ///   - path: the path, also shown in faults; relative paths in the file are resolved against its directory.
    ///   - sources: the sources of files and environment variables.
    public static func load(path: String, sources: SettingSources) throws(ConfigurationError) -> Settings {
        try load(path: path, sources: sources, threads: 1, reading: sources.file)
    }

    private static func load(
        path: String, sources: SettingSources, threads: Int, reading: (String, Int) throws(FileError) -> [UInt8]
    ) throws(ConfigurationError) -> Settings {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try reading(path, maximumBytes)
        } catch {
            let message = "the configuration cannot be read: \(error.description)"
            throw ConfigurationError([SettingIssue(file: path, line: 1, column: 1, path: "", message: message)])
        }
        return try parse(bytes, path: path, sources: sources, threads: threads)
    }

    /// Reads a file with the process's own files and the given environment.
    ///
    /// - Parameters:
    ///   - mayBePipe: true if the configuration itself may be a pipe or a device. Must be false if a reload reads it
    ///     again.
    ///   - threads: the most threads that read it, all of which have ended on return. A reload uses one thread, since
    ///     requests need the other processors.
    public static func load(
        path: String, environment: [String: String], mayBePipe: Bool = false, threads: Int = 1
    ) throws(ConfigurationError) -> Settings {
        let sources = SettingSources(environment: { environment[$0] })
        return try load(
            path: path, sources: sources, threads: threads,
            reading: mayBePipe ? SettingSources.readArgument : sources.file)
    }

    /// Parses the content of a file.
    ///
    /// - Parameter threads: the most threads that read its lists, and the files that they refer to.
    public static func parse(
        _ bytes: [UInt8], path: String, sources: SettingSources, threads: Int = 1
    ) throws(ConfigurationError) -> Settings {
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: bytes, as: .configuration, maximumBytes: maximumBytes)
        } catch {
            let position = JSONPosition(offset: error.offset, in: bytes)
            let remedy =
                switch error.reason {
                case .byteOrderMark: ": save the file as UTF-8 without one"
                case .invalidUTF8 where bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]):
                    ", but UTF-16: save the file as UTF-8"
                case .invalidUTF8: ": save the file as UTF-8"
                default: ""
                }
            throw ConfigurationError([
                SettingIssue(
                    file: path, line: position.line, column: position.column, path: "",
                    message: error.reason.rawValue + remedy)
            ])
        }
        let directory = path.lastIndex(ofASCII: "/").map { String(path[...$0]) } ?? ""
        let reader = SettingReader(
            sources: sources, directory: directory, known: Settings.settings, threads: threads)
        reader.reportDuplicates(in: document)
        let settings = SettingKind<Settings>.section.read(document.root, .root, reader)
        var warnings = located(reader.warnings, in: bytes).map {
            Warning(file: path, line: $0.line, column: $0.column, path: $0.path, message: $0.message)
        }
        if !sources.hasTimeZones() {
            let message = "the system has no time zones, so that pages show UTC only; install tzdata"
            warnings.append(Warning(file: path, line: 1, column: 1, path: "", message: message))
        }
        if var settings, reader.faults.isEmpty {
            settings.warnings = warnings
            return settings
        }
        let faults = located(reader.faults, in: bytes).map {
            SettingIssue(file: path, line: $0.line, column: $0.column, path: $0.path, message: $0.message)
        }
        throw ConfigurationError(faults, warnings: warnings)
    }

    /// Returns the findings in the order of the file, with lines and columns. They are computed in one pass.
    private static func located(
        _ findings: [(offset: Int, path: String, message: String)], in bytes: [UInt8]
    ) -> [(line: Int, column: Int, path: String, message: String)] {
        var (line, column, index) = (1, 1, 0)
        let sorted = findings.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
        return sorted.map { _, finding in
            while index < finding.offset {
                if bytes[index] == UInt8(ascii: "\n") {
                    (line, column) = (line + 1, 1)
                } else if bytes[index] & 0xC0 != 0x80 {
                    column += 1
                }
                index += 1
            }
            return (line, column, finding.path, finding.message)
        }
    }
}

extension SettingReader {
    /// Reports names that occur more than once in an object, at any depth.
    fileprivate func reportDuplicates(in document: JSONDocument) {
        guard !document.duplicateNames.isEmpty else { return }
        reportDuplicates(in: document.root, "", Set(document.duplicateNames))
    }

    private func reportDuplicates(in value: JSONValue, _ path: String, _ offsets: Set<Int>) {
        for member in value.members {
            let place = path.isEmpty ? pathName(member.name) : "\(path).\(pathName(member.name))"
            if offsets.contains(member.nameOffset) { fault(at: member.nameOffset, place, "is set more than once") }
            reportDuplicates(in: member.value, place, offsets)
        }
        for (index, element) in value.elements.enumerated() {
            reportDuplicates(in: element, "\(path)[\(index)]", offsets)
        }
    }
}
