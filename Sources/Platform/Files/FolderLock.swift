internal import CLinux
internal import Glibc

/// An exclusive lock on a folder, held until the value is released or the process ends, however it ends.
///
/// The lock is on a file `lock` in the folder (flock(2)). The system drops it with the descriptor, so a crash leaves no
/// stale lock. The file stays: removing it would let two processes lock two files.
public final class FolderLock: Sendable {
    /// The reasons why a folder cannot be locked.
    public enum LockError: Error, Sendable, Hashable {
        /// Another process holds the lock.
        case inUse
        /// The file cannot be opened or locked; the text has the path and the system's message.
        case failed(String)
    }

    private let descriptor: Descriptor

    /// Takes the lock without waiting.
    ///
    /// - Parameter folder: the path of a folder that exists.
    public init(_ folder: String) throws(LockError) {
        let path = "\(folder)/lock"
        do throws(SystemError) {
            // O_NOFOLLOW refuses a symbolic link in place of the file.
            descriptor = try Descriptor.opening(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            let number = descriptor.number
            _ = try systemCall("flock") { gatehouse_try_lock(number) }
        } catch {
            throw error.isWouldBlock ? .inUse : .failed("\(path): \(error.message)")
        }
    }

    /// Creates the folder and its missing parents (mode 0700), then takes the lock.
    ///
    /// - Parameter folder: a path; one that does not begin with `/` is relative to the working directory.
    public convenience init(making folder: String) throws(LockError) {
        var path: [UInt8] = []
        for (index, part) in folder.utf8.split(separator: UInt8(ascii: "/")).enumerated() {
            if index > 0 || folder.utf8.first == UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
            path += part
            let text = String(decoding: path, as: UTF8.self)
            do throws(SystemError) {
                // The path is read during the call only.
                _ = try systemCall("mkdir") { unsafe mkdir(text, 0o700) }
            } catch {
                guard error.code == EEXIST else { throw .failed("\(text): cannot be made: \(error.message)") }
            }
        }
        try self.init(folder)
    }
}
