internal import Files

/// The folder of a demo, which one demo at a time may use: another one would write the configuration anew under it.
public final class DemoFolder: Sendable {
    public let path: String
    private let lock: FolderLock

    /// Makes the folder and those above it where they are not there, and locks it until the value is released.
    ///
    /// - Throws: what to do if another demo uses the folder, or if it cannot be made.
    public init(_ path: String) throws(StartFailure) {
        self.path = path
        do throws(FolderLock.Refusal) {
            lock = try FolderLock(making: path)
        } catch {
            switch error {
            case .inUse:
                throw StartFailure(
                    "\(path): a demo is running with this folder; stop it first, or name another folder with --data")
            case .failed(let text): throw StartFailure(text)
            }
        }
    }
}
