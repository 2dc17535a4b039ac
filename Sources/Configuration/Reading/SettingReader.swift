internal import Files
internal import JSON
internal import Text

/// What reading one file needs and collects: where secrets come from, and the faults and warnings so far.
final class SettingReader {
    /// Beyond so many faults a file is something else, and the rest is not worth its memory.
    static let maximumFaults = 1000

    let sources: SettingSources
    /// What relative paths are relative to; ends with `/`, or is empty for the working directory.
    let directory: String
    private(set) var faults: [(offset: Int, path: String, message: String)] = []
    private(set) var warnings: [(offset: Int, path: String, message: String)] = []

    init(sources: SettingSources, directory: String) {
        self.sources = sources
        self.directory = directory
    }

    var isFull: Bool { faults.count >= SettingReader.maximumFaults }

    func fault(at offset: Int, _ path: String, _ message: String) {
        if !isFull { faults.append((offset, path, message)) }
    }

    func fault(at value: JSONValue, _ path: String, _ message: String) {
        fault(at: value.offset, path, message)
    }

    /// Tells of what works and should be otherwise.
    func warn(at value: JSONValue, _ path: String, _ message: String) {
        if warnings.count < SettingReader.maximumFaults { warnings.append((value.offset, path, message)) }
    }

    /// Warns if users other than its owner may read or write a file that holds a secret.
    func warnIfExposed(_ file: String, at value: JSONValue, _ path: String) {
        guard let exposure = sources.exposure(file) else { return }
        warn(at: value, path, "the file \(quoted(file)) \(exposure); make it its owner's alone (chmod 600)")
    }

    /// A path of the configuration as the system takes it.
    func resolved(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : directory + path
    }
}

/// Text of the file inside a message: short, in one line, without what a terminal would act on.
func quoted(_ text: String) -> String { text.quoted() }
