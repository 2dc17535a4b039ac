import Glibc

/// The gateway as a separate process, and its resource usage.
final class LoadedGateway {
    let process: pid_t

    /// Starts `gatehouse serve`. Its log is written to a file beside the configuration.
    init(_ files: SoakFiles, program: String?) throws {
        let path = try program ?? LoadedGateway.neighbour()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(
            &actions, 2, "\(files.directory)/gateway.log", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let words = [path, "serve", "--config", files.configurationPath]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = 0
        // The arguments are valid until after the call, which copies them into the new process.
        let code = unsafe posix_spawn(&process, path, &actions, nil, &arguments, environ)
        guard code == 0 else { throw unsafe SoakError("\(path): \(String(cString: strerror(code)))") }
        self.process = process
    }

    private static func neighbour() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = own.lastIndex(of: "/") else { throw SoakError("give the path of gatehouse with --gateway") }
        return own[..<slash] + "/gatehouse"
    }

    /// Asks the process to end, and waits for its end.
    ///
    /// - Returns: true if it ended by itself with exit code 0.
    func stop() -> Bool {
        kill(process, SIGTERM)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) == -1, errno == EINTR {}
        return status == 0
    }

    /// True if the process has ended unexpectedly.
    var hasEnded: Bool {
        var status: Int32 = 0
        return unsafe waitpid(process, &status, WNOHANG) == process
    }

    /// Resident memory in MiB.
    var residentMemory: Double {
        let fields = LoadedGateway.text("/proc/\(process)/statm").split(separator: " ")
        let pages = fields.count > 1 ? Double(fields[1]) ?? 0 : 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / Double(1 << 20)
    }

    var openDescriptors: Int {
        guard let directory = unsafe opendir("/proc/\(process)/fd") else { return 0 }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count - 2)
    }

    /// Returns the size of a file in MiB.
    static func size(of path: String) -> Double {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Double(status.st_size) / Double(1 << 20) : 0
    }

    private static func text(_ path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
