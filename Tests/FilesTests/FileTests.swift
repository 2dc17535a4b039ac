import Files
import GatehouseTesting
import Glibc
import Testing

@Suite("Files")
struct FileTests {
    @Test(
        "a file that its group or every user may read or write is exposed",
        arguments: [
            (0o600, nil), (0o400, nil), (0o700, nil), (0o711, nil), (0o100600, nil),
            (0o640, "can be read by its group (mode 0640)"), (0o620, "can be written by its group (mode 0620)"),
            (0o644, "can be read by every user (mode 0644)"), (0o602, "can be written by every user (mode 0602)"),
            (0o100666, "can be read and written by every user (mode 0666)"),
            (0o004, "can be read by every user (mode 04)"),
        ] as [(UInt32, String?)])
    func exposure(_ mode: UInt32, _ description: String?) {
        #expect(FileExposure(mode: mode)?.description == description)
    }

    @Test("the exposure of a link is that of its target, and a missing file has none")
    func files() throws {
        let folder = TemporaryDirectory()
        let descriptor = unsafe open("\(folder.path)/file", O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0 && FileExposure.of("\(folder.path)/file") == nil)
        #expect(fchmod(descriptor, 0o644) == 0 && FileExposure.of("\(folder.path)/file") == FileExposure(mode: 0o644))
        close(descriptor)
        #expect(unsafe symlink("\(folder.path)/file", "\(folder.path)/lock") == 0)
        #expect(FileExposure.of("\(folder.path)/lock") == FileExposure(mode: 0o644))
        #expect(FileExposure.of("\(folder.path)/none") == nil)
        // A lock is never taken through a link.
        #expect(throws: FolderLock.LockError.self) { try FolderLock(folder.path) }
    }

    @Test("a folder is locked once, and free again when the lock is released")
    func lock() throws {
        let folder = TemporaryDirectory()
        var first: FolderLock? = try FolderLock(folder.path)
        #expect(throws: FolderLock.LockError.inUse) { try FolderLock(folder.path) }
        #expect(first != nil)
        first = nil
        _ = try FolderLock(folder.path)
    }

    @Test("missing folders are created for the lock, accessible by their owner only")
    func making() throws {
        let folder = TemporaryDirectory()
        let inner = "\(folder.path)/lock/inner"
        do {
            let lock = try FolderLock(making: inner)
            #expect(throws: FolderLock.LockError.inUse) { try FolderLock(making: "\(inner)/") }
            #expect(FileExposure.of(inner) == nil && FileExposure.of("\(inner)/lock") == nil)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a missing folder cannot be locked, and the error names the path")
    func noFolder() {
        let refusal = #expect(throws: FolderLock.LockError.self) { try FolderLock("/nowhere/at/all") }
        guard case .failed(let text)? = refusal else {
            Issue.record("not a failure")
            return
        }
        #expect(text.hasPrefix("/nowhere/at/all/lock: "))
    }
}
