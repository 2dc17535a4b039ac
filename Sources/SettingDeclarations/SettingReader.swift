internal import Files
package import JSON
internal import Text

/// The state of reading one file: the sources of secrets, and the faults and warnings found so far.
package final class SettingReader {
    /// The maximum number of recorded faults. A file with more is not a configuration.
    package static let maximumFaults = 1000

    package let sources: SettingSources
    /// The most threads that read one list.
    package let threads: Int
    /// The base of relative paths; ends with `/`, or is empty for the working directory.
    package let directory: String
    /// All settings of the file, in which the place of a misplaced one is found.
    package let known: [DeclaredSetting]
    package private(set) var faults: [Finding] = []
    package private(set) var warnings: [Finding] = []

    /// A fault or a warning, by its place in the text.
    package typealias Finding = (offset: Int, path: String, message: String)

    package init(sources: SettingSources, directory: String, known: [DeclaredSetting] = [], threads: Int = 1) {
        self.known = known
        self.sources = sources
        self.directory = directory
        self.threads = threads
    }

    package var isFull: Bool { faults.count >= SettingReader.maximumFaults }

    package func fault(at offset: Int, _ path: String, _ message: String) {
        if !isFull { faults.append((offset, path, message)) }
    }

    package func fault(at value: JSONValue, _ path: String, _ message: String) {
        fault(at: value.offset, path, message)
    }

    package func fault(at offset: Int, _ path: SettingPath, _ message: String) {
        if !isFull { fault(at: offset, path.description, message) }
    }

    package func fault(at value: JSONValue, _ path: SettingPath, _ message: String) {
        fault(at: value.offset, path, message)
    }

    /// Reports a value that is valid but should be changed.
    package func warn(at value: JSONValue, _ path: String, _ message: String) {
        warn((value.offset, path, message))
    }

    package func warn(at value: JSONValue, _ path: SettingPath, _ message: String) {
        warn(at: value, path.description, message)
    }

    private func warn(_ finding: Finding) {
        if warnings.count < SettingReader.maximumFaults { warnings.append(finding) }
    }

    /// Takes over the findings of a reader of a later part of the file.
    package func add(_ part: (faults: [Finding], warnings: [Finding])) {
        for finding in part.faults { fault(at: finding.offset, finding.path, finding.message) }
        for finding in part.warnings { warn(finding) }
    }

    /// Warns if users other than its owner may read or write a file that holds a secret.
    package func warnIfExposed(_ file: String, at value: JSONValue, _ path: SettingPath) {
        guard let exposure = sources.exposure(file) else { return }
        warn(at: value, path, "the file \(quoted(file)) \(exposure); restrict it to its owner (chmod 600)")
    }

    /// Returns a path of the configuration, resolved against its directory.
    package func resolved(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : directory + path
    }
}

/// Quotes text of the file in a message: shortened, in one line, without control characters.
package func quoted(_ text: String) -> String { text.quoted() }
