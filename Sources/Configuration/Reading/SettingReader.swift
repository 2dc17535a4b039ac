internal import Files
internal import JSON
internal import Text

/// The state of reading one file: the sources of secrets, and the faults and warnings found so far.
final class SettingReader {
    /// The maximum number of recorded faults. A file with more is not a configuration.
    static let maximumFaults = 1000

    let sources: SettingSources
    /// The most threads that read one list.
    let threads: Int
    /// The base of relative paths; ends with `/`, or is empty for the working directory.
    let directory: String
    private(set) var faults: [Finding] = []
    private(set) var warnings: [Finding] = []

    /// A fault or a warning, by its place in the text.
    typealias Finding = (offset: Int, path: String, message: String)

    init(sources: SettingSources, directory: String, threads: Int = 1) {
        self.sources = sources
        self.directory = directory
        self.threads = threads
    }

    var isFull: Bool { faults.count >= SettingReader.maximumFaults }

    func fault(at offset: Int, _ path: String, _ message: String) {
        if !isFull { faults.append((offset, path, message)) }
    }

    func fault(at value: JSONValue, _ path: String, _ message: String) {
        fault(at: value.offset, path, message)
    }

    func fault(at offset: Int, _ path: SettingPath, _ message: String) {
        if !isFull { fault(at: offset, path.description, message) }
    }

    func fault(at value: JSONValue, _ path: SettingPath, _ message: String) {
        fault(at: value.offset, path, message)
    }

    /// Reports a value that is valid but should be changed.
    func warn(at value: JSONValue, _ path: String, _ message: String) {
        warn((value.offset, path, message))
    }

    func warn(at value: JSONValue, _ path: SettingPath, _ message: String) {
        warn(at: value, path.description, message)
    }

    private func warn(_ finding: Finding) {
        if warnings.count < SettingReader.maximumFaults { warnings.append(finding) }
    }

    /// Takes over the findings of a reader of a later part of the file.
    func add(_ part: (faults: [Finding], warnings: [Finding])) {
        for finding in part.faults { fault(at: finding.offset, finding.path, finding.message) }
        for finding in part.warnings { warn(finding) }
    }

    /// Warns if users other than its owner may read or write a file that holds a secret.
    func warnIfExposed(_ file: String, at value: JSONValue, _ path: SettingPath) {
        guard let exposure = sources.exposure(file) else { return }
        warn(at: value, path, "the file \(quoted(file)) \(exposure); restrict it to its owner (chmod 600)")
    }

    /// Returns a path of the configuration, resolved against its directory.
    func resolved(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : directory + path
    }
}

/// Quotes text of the file in a message: shortened, in one line, without control characters.
func quoted(_ text: String) -> String { text.quoted() }
