internal import Files
public import Gateway

/// The folder of one running demo. A second demo is refused, because it would rewrite the first one's configuration.
public final class DemoFolder: Sendable {
    public let path: String
    private let lock: FolderLock

    /// Creates the folder and its missing parents, and locks it until the value is released.
    ///
    /// - Throws: an instruction if another demo uses the folder, or if it cannot be created.
    public init(_ path: String) throws(StartError) {
        self.path = path
        do throws(FolderLock.LockError) {
            lock = try FolderLock(making: path)
        } catch {
            switch error {
            case .inUse:
                throw StartError(
                    "\(path): a demo is running with this folder; stop it first, or choose another folder with --data")
            case .failed(let text): throw StartError(text)
            }
        }
    }
}
