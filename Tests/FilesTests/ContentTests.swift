import Files
import GatehouseTesting
import Glibc
import Testing
import Threads

@Suite("The content of files")
struct ContentTests {
    @Test("a file is replaced as a whole, with exactly the given mode, and read up to its limit")
    func replacing() throws {
        let folder = TemporaryDirectory()
        let path = "\(folder.path)/file"
        let old = umask(0o077)
        defer { umask(old) }
        try FileContent.replace(path, with: Array("first".utf8), mode: 0o644)
        try FileContent.replace(path, with: Array("second".utf8), mode: 0o644)
        #expect(try FileContent.read(path, atMost: 6) == Array("second".utf8))
        #expect(FileExposure.of(path) == FileExposure(mode: 0o644))
        #expect(!FileContent.exists("\(path).new"))
        #expect(throws: FileError("it is longer than 5B")) { try FileContent.read(path, atMost: 5) }
    }

    @Test("a file that cannot be replaced is left as it is")
    func failedReplacement() throws {
        let folder = TemporaryDirectory()
        let path = "\(folder.path)/none/file"
        let error = #expect(throws: SystemError.self) { try FileContent.replace(path, with: [1], mode: 0o600) }
        #expect(error?.code == ENOENT && error?.description == "open: No such file or directory")
    }

    @Test("files that cannot be read, and those that are not regular, are refused with the reason")
    func refused() throws {
        let folder = TemporaryDirectory()
        let path = "\(folder.path)/file"
        #expect(throws: FileError("no such file or directory")) { try FileContent.read(path, atMost: 1) }
        #expect(throws: FileError("it is a directory")) { try FileContent.read(folder.path, atMost: 1) }
        #expect(throws: FileError("its name contains NUL")) { try FileContent.read("a\0b", atMost: 1) }
        #expect(throws: FileError("it is not a regular file")) { try FileContent.read("/dev/null", atMost: 1) }
        #expect(try FileContent.read("/dev/null", atMost: 1, kind: .any) == [])
        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(throws: FileError("it is not a regular file")) { try FileContent.read(path, atMost: 1) }
    }

    @Test("a created file keeps its content, and a missing one is found to be missing")
    func creating() throws {
        let folder = TemporaryDirectory()
        let path = "\(folder.path)/file"
        #expect(!FileContent.exists(path) && !FileContent.isReadable(path))
        #expect(throws: SystemError(call: "access", code: ENOENT)) { try FileContent.find(path) }
        try FileContent.create(path, mode: 0o600)
        try FileContent.replace(path, with: [7], mode: 0o600)
        try FileContent.create(path, mode: 0o600)
        #expect(try FileContent.read(path, atMost: 1) == [7] && FileContent.isReadable(path))
    }

    @Test("a temporary file has no name, and is read from any position")
    func temporary() throws {
        let folder = TemporaryDirectory()
        let file = try Descriptor.temporary(in: folder.path)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try file.write(bytes)
        #expect(try file.read(at: 0, count: 300_000) == bytes)
        #expect(try file.read(at: 299_990, count: 100) == Array(bytes.suffix(10)))
        #expect(try file.read(at: 400_000, count: 1) == [])
        // The folder is empty, so that its end can remove it.
        #expect(unsafe rmdir(folder.path) == 0)
    }

    @Test("reading and writing wait for a descriptor that another program made non-blocking")
    func nonBlocking() async throws {
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        let (reader, writer) = (Descriptor(ends[0]), Descriptor(ends[1]))
        // More than a pipe holds, so that both sides have to wait.
        let bytes = [UInt8](repeating: 5, count: 1 << 20)
        let received = try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try SystemThread { continuation.resume(with: Result { try ContentTests.all(of: reader, 1 << 20) }) }
                _ = try SystemThread { try? writer.write(bytes) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(received == bytes)
    }

    private static func all(of reader: Descriptor, _ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try reader.read(atMost: 1 << 16) }
        return bytes
    }

    @Test("writing to a pipe without a reader fails")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let writer = Descriptor(ends[1])
        close(ends[0])
        #expect(throws: SystemError(call: "write", code: EPIPE)) { try writer.write([1]) }
    }
}
